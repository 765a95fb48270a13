import { HStack, Text } from "@chakra-ui/react";

import type { OutcomeCounts } from "../api/types";
import { WORST_FIRST } from "../outcomes";
import { OutcomeCount } from "./badges";

/** How many checks had which outcome, worst first; outcomes without any are left out. */
export function Counts({ counts }: { counts: OutcomeCounts }) {
  const present = WORST_FIRST.filter((outcome) => (counts[outcome] ?? 0) > 0);
  if (present.length === 0) return <Text color="fg.muted">no checks</Text>;
  return (
    <HStack gap={1} wrap="wrap">
      {present.map((outcome) => (
        <OutcomeCount count={counts[outcome] ?? 0} key={outcome} outcome={outcome} />
      ))}
    </HStack>
  );
}
