import type { IncidentSeverity, IncidentStatus, Outcome, OutcomeCounts } from "./api/types";

/** Outcomes from worst to best: the order in which a person wants to see them. */
export const WORST_FIRST: readonly Outcome[] = ["failed", "errored", "warned", "skipped", "passed"];

export const rank = (outcome: Outcome): number => WORST_FIRST.indexOf(outcome);

/** Colour palettes of Airflow's theme. */
export const PALETTE: Readonly<Record<Outcome, string>> = {
  failed: "failed",
  errored: "purple",
  warned: "yellow",
  skipped: "none",
  passed: "success",
};

export const SEVERITY_PALETTE: Readonly<Record<IncidentSeverity, string>> = {
  critical: "failed",
  high: "orange",
  medium: "yellow",
  low: "blue",
};

export const STATUS_PALETTE: Readonly<Record<IncidentStatus, string>> = {
  open: "failed",
  acknowledged: "blue",
  resolved: "success",
};

/** The colour of an outcome inside an SVG. */
export const paint = (outcome: Outcome): string => `var(--chakra-colors-${PALETTE[outcome].replaceAll("_", "-")}-solid)`;

export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

export function countsInWords(counts: OutcomeCounts): string {
  const parts = WORST_FIRST.filter((outcome) => (counts[outcome] ?? 0) > 0).map((outcome) => `${counts[outcome]} ${outcome}`);
  return parts.length > 0 ? parts.join(", ") : "none";
}
