import { chakra } from "@chakra-ui/react";
import { Link as RouterLink } from "react-router-dom";

import type { Origin, Outcome } from "../api/types";
import { absolute } from "../format/time";
import { useTimezone } from "../host";
import { resultsPath } from "../links";
import { countsInWords, paint, PALETTE } from "../outcomes";

export interface StripCell {
  readonly outcome: Outcome;
  readonly measured_at: string;
  readonly reason?: string;
  readonly origin: Origin;
}

/** The worse, the taller: a strip can be read without colour. */
const HEIGHT: Readonly<Record<Outcome, string>> = { passed: "55%", skipped: "25%", warned: "78%", errored: "100%", failed: "100%" };

const LENGTH = 30;

/** Hatching marks "the check could not run", which is not "the data is bad". */
const fill = (outcome: Outcome) =>
  outcome === "errored"
    ? { backgroundImage: `repeating-linear-gradient(135deg, ${paint(outcome)} 0 2px, transparent 2px 4px)` }
    : { backgroundColor: paint(outcome) };

function Cell({ cell, zone }: { cell: StripCell; zone: string }) {
  const label = [cell.outcome, absolute(cell.measured_at, zone), cell.reason].filter(Boolean).join(", ");
  const to = resultsPath(cell.origin);
  const bar = (
    <chakra.span
      borderRadius="2px"
      borderWidth={cell.outcome === "errored" ? "1px" : "0"}
      borderColor={`${PALETTE[cell.outcome]}.solid`}
      display="block"
      style={{ height: HEIGHT[cell.outcome], ...fill(cell.outcome) }}
      w="full"
    />
  );
  const box = { alignItems: "flex-end", display: "flex", h: "full", w: "full" } as const;
  return (
    <chakra.li aria-label={label} data-outcome={cell.outcome} h="full" title={label} w="6px" _hover={{ opacity: 0.6 }}>
      {to === null ? (
        <chakra.span {...box}>{bar}</chakra.span>
      ) : (
        // Out of the tab order: thirty stops a row would bury the page. The chart has the same links for the keyboard.
        <chakra.a asChild {...box}>
          <RouterLink aria-label={label} tabIndex={-1} to={to}>
            {bar}
          </RouterLink>
        </chakra.a>
      )}
    </chakra.li>
  );
}

/** The last thirty outcomes, oldest at the left. */
export function OutcomeStrip({ cells, what }: { cells: readonly StripCell[]; what: string }) {
  const zone = useTimezone();
  const shown = cells.slice(-LENGTH);
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of shown) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return (
    <chakra.ol
      aria-label={`Last ${shown.length} ${what}, oldest first: ${countsInWords(counts)}`}
      alignItems="flex-end"
      borderBottomColor="border.emphasized"
      borderBottomWidth="1px"
      display="inline-flex"
      gap="2px"
      h="22px"
      justifyContent="flex-end"
      listStyleType="none"
      minW={`${LENGTH * 8 - 2}px`}
      role="list"
    >
      {shown.map((cell, index) => (
        <Cell cell={cell} key={`${cell.measured_at}-${index}`} zone={zone} />
      ))}
    </chakra.ol>
  );
}
