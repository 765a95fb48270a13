import { chakra } from "@chakra-ui/react";
import type { ReactNode } from "react";

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
}

/** Names and values in two columns; what is null is left out. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <chakra.dl alignContent="start" columnGap={4} display="grid" fontSize="sm" gridTemplateColumns="max-content minmax(0, 1fr)" rowGap={1.5}>
      {facts
        .filter(({ value }) => value !== null)
        .map(({ name, value }) => (
          <chakra.div display="contents" key={name}>
            <chakra.dt color="fg.muted">{name}</chakra.dt>
            <chakra.dd m={0} minW={0} wordBreak="break-word">
              {value}
            </chakra.dd>
          </chakra.div>
        ))}
    </chakra.dl>
  );
}
