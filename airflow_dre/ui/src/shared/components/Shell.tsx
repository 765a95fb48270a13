import { Box, chakra, Flex, Heading } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { Link as RouterLink, useLocation } from "react-router-dom";

import { INCIDENTS, OVERVIEW } from "../links";

const PLACES = [
  { name: "Overview", to: OVERVIEW },
  { name: "Incidents", to: INCIDENTS },
] as const;

/** The frame of the pages below the navigation bar: title and places. */
export function Shell({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  const here = pathname.includes("/incidents") ? INCIDENTS : OVERVIEW;
  return (
    <Box h="full" overflowY="auto" p={4}>
      <Flex align="center" borderBottomWidth="1px" columnGap={8} mb={5} wrap="wrap">
        <Heading py={2} size="xl">
          Data reliability
        </Heading>
        <chakra.nav alignSelf="flex-end" aria-label="Data reliability" display="flex" gap={1}>
          {PLACES.map(({ name, to }) => (
            <chakra.a
              asChild
              borderBottomColor={here === to ? "brand.solid" : "transparent"}
              borderBottomWidth="2px"
              color={here === to ? "fg" : "fg.muted"}
              fontWeight="medium"
              key={name}
              mb="-1px"
              px={3}
              py={2}
              _hover={{ color: "fg" }}
            >
              <RouterLink aria-current={here === to ? "page" : undefined} to={to}>
                {name}
              </RouterLink>
            </chakra.a>
          ))}
        </chakra.nav>
      </Flex>
      {children}
    </Box>
  );
}

/** A titled part of a page. */
export function Section({ title, extra, children }: { title: string; extra?: ReactNode; children: ReactNode }) {
  return (
    <chakra.section aria-label={title} mb={7}>
      <Flex align="center" columnGap={4} justify="space-between" mb={2} minH={9} wrap="wrap">
        <Heading as="h2" size="md">
          {title}
        </Heading>
        {extra}
      </Flex>
      {children}
    </chakra.section>
  );
}
