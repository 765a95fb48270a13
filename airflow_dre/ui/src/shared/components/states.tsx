import { Alert, Box, Button, Code, Heading, HStack, Skeleton, Stack, Text } from "@chakra-ui/react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ApiError } from "../api/client";
import { At } from "./When";

export function Loading() {
  return (
    <Stack aria-label="Loading" gap={3} py={2} role="status">
      <Skeleton h="8" maxW="md" />
      {["a", "b", "c", "d", "e"].map((line) => (
        <Skeleton h="6" key={line} />
      ))}
    </Stack>
  );
}

const TITLES: Readonly<Record<number, string>> = {
  401: "You are not logged in",
  403: "No access",
  404: "Not found",
};

const titleOf = (error: Error): string =>
  (error instanceof ApiError ? TITLES[error.status] : undefined) ?? "This could not be loaded";

export function Failure({ error, retry }: { error: Error; retry: () => void }) {
  return (
    <Alert.Root alignItems="flex-start" status="error">
      <Alert.Indicator />
      <Alert.Content>
        <Alert.Title>{titleOf(error)}</Alert.Title>
        <Alert.Description>{error.message}</Alert.Description>
        <Button mt={3} onClick={retry} size="sm" variant="outline" w="fit-content">
          Retry
        </Button>
      </Alert.Content>
    </Alert.Root>
  );
}

/** What to do where there is nothing to see yet. */
export function Empty({ title, children, code }: { title: string; children?: ReactNode; code?: string }) {
  return (
    <Box borderColor="border" borderRadius="md" borderStyle="dashed" borderWidth="1px" px={6} py={8}>
      <Stack gap={3} maxW="3xl" mx="auto">
        <Heading size="md">{title}</Heading>
        {children === undefined ? null : <Text color="fg.muted">{children}</Text>}
        {code === undefined ? null : (
          <Code as="pre" display="block" fontSize="sm" overflowX="auto" p={4} whiteSpace="pre">
            {code}
          </Code>
        )}
      </Stack>
    </Box>
  );
}

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** The data of a query, or a placeholder. Data that could not be refreshed stays visible with a warning. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  const retry = () => void query.refetch();
  if (query.data === undefined) {
    return query.isError ? <Failure error={query.error} retry={retry} /> : <Loading />;
  }
  return (
    <>
      {query.isError ? (
        <HStack color="fg.warning" fontSize="sm" mb={2} role="status">
          <Text>
            Not refreshed since <At at={new Date(query.dataUpdatedAt).toISOString()} />: {query.error.message}
          </Text>
          <Button onClick={retry} size="xs" variant="outline">
            Retry
          </Button>
        </HStack>
      ) : null}
      {children(query.data)}
    </>
  );
}
