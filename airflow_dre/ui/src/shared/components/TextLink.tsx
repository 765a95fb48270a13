import { Link } from "@chakra-ui/react";
import type { ComponentProps } from "react";
import { Link as RouterLink } from "react-router-dom";

type Props = Omit<ComponentProps<typeof Link>, "href" | "asChild"> & { readonly to: string };

/** A link to a page of Airflow, in the colour of Airflow's own links. */
export function TextLink({ to, children, ...rest }: Props) {
  return (
    <Link asChild color="fg.info" {...rest}>
      <RouterLink to={to}>{children}</RouterLink>
    </Link>
  );
}
