import { Box, chakra, HStack, Text } from "@chakra-ui/react";

import type { TimelineEntry } from "../shared/api/types";
import { OriginLinks } from "../shared/components/OriginLinks";
import { Ago, At } from "../shared/components/When";

const WORDS: Readonly<Record<string, string>> = { open: "opened", add: "seen again", note: "noted", resolve: "resolved" };
const DOT: Readonly<Record<string, string>> = { open: "failed.solid", add: "orange.solid", resolve: "success.solid" };

function Entry({ entry }: { entry: TimelineEntry }) {
  return (
    <chakra.li borderLeftWidth="2px" ml="5px" pb={4} pl={5} position="relative" _last={{ borderLeftColor: "transparent", pb: 0 }}>
      <Box
        aria-hidden="true"
        bg={DOT[entry.kind] ?? "fg.subtle"}
        borderRadius="full"
        boxSize="10px"
        left="-6px"
        position="absolute"
        top="5px"
      />
      <HStack columnGap={3} rowGap={0} wrap="wrap">
        <Text fontWeight="medium">{entry.summary}</Text>
        <Text color="fg.muted">
          {WORDS[entry.kind] ?? entry.kind} <Ago at={entry.at} />, <At at={entry.at} />
          {entry.actor === null ? "" : `, by ${entry.actor}`}
        </Text>
      </HStack>
      {entry.detail === "" ? null : (
        <Text color="fg.muted" whiteSpace="pre-wrap" wordBreak="break-word">
          {entry.detail}
        </Text>
      )}
      {entry.origin.dag_id === null ? null : (
        <OriginLinks origin={entry.origin} />
      )}
    </chakra.li>
  );
}

/** What happened to an incident, oldest first. */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  if (entries.length === 0) return <Text color="fg.muted">Nothing is recorded.</Text>;
  return (
    <chakra.ol aria-label="Timeline" fontSize="sm" listStyleType="none" role="list">
      {entries.map((entry, index) => (
        <Entry entry={entry} key={`${entry.at}-${index}`} />
      ))}
    </chakra.ol>
  );
}
