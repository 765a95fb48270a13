import { Box, HStack, Text } from "@chakra-ui/react";

import type { Result } from "../api/types";
import { OutcomeBadge } from "../components/badges";
import { At } from "../components/When";
import { observed } from "../format/values";
import { useTimezone } from "../host";
import { instantOf, type Layout, MARGIN } from "./layout";

const WIDTH = 300;

/** The tooltip of the point under the pointer or the focus. A screen reader reads the same from the point's label. */
export function PointTip({ result, place, layout }: { result: Result; place: number; layout: Layout }) {
  const { at, inner, y } = layout;
  const zone = useTimezone();
  // Not over the labels of the thresholds, which are right of the plot.
  const left = Math.max(0, Math.min(MARGIN.left + at(place) - WIDTH / 2, MARGIN.left + inner.width - WIDTH));
  const top = MARGIN.top + (result.value === null ? inner.height - 7 : y(result.value));
  const below = top < 110;
  return (
    <Box
      aria-hidden="true"
      bg="bg"
      borderRadius="md"
      borderWidth="1px"
      boxShadow="lg"
      fontSize="sm"
      left={`${left}px`}
      p={3}
      pointerEvents="none"
      position="absolute"
      top={`${top + (below ? 14 : -14)}px`}
      transform={below ? undefined : "translateY(-100%)"}
      w={`${WIDTH}px`}
      zIndex="docked"
    >
      <HStack justify="space-between" mb={1}>
        <Text fontWeight="semibold">{observed(result, zone)}</Text>
        <OutcomeBadge outcome={result.outcome} />
      </HStack>
      <Text>{result.reason}</Text>
      <Text color="fg.muted" mt={1}>
        <At at={instantOf(result)} />
      </Text>
      {result.origin.run_id === null ? null : (
        <Text color="fg.muted" wordBreak="break-all">
          {result.origin.run_id}
        </Text>
      )}
    </Box>
  );
}
