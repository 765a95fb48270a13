import { chakra } from "@chakra-ui/react";

import type { Outcome } from "../api/types";

/** One shape for each outcome, so that outcomes differ without colour. */
const SHAPES: Readonly<Record<Outcome, string>> = {
  passed: "M3 8.5 6.5 12 13 4.5",
  warned: "M8 2.5 14 13H2L8 2.5ZM8 6.5v3M8 11.2v.1",
  failed: "M4 4l8 8M12 4l-8 8",
  errored: "M8 3.5v5.5M8 12v.2",
  skipped: "M3.5 8h9",
};

export function OutcomeIcon({ outcome }: { outcome: Outcome }) {
  return (
    <chakra.svg
      aria-hidden="true"
      boxSize="0.9em"
      fill="none"
      flexShrink={0}
      stroke="currentColor"
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeWidth={outcome === "warned" ? 1.6 : 2.4}
      viewBox="0 0 16 16"
    >
      <path d={SHAPES[outcome]} />
    </chakra.svg>
  );
}
