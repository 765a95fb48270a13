import { Badge } from "@chakra-ui/react";
import type { ReactNode } from "react";

import type { IncidentSeverity, IncidentStatus, Outcome, SlaSummary } from "../api/types";
import { capital, PALETTE, SEVERITY_PALETTE, STATUS_PALETTE } from "../outcomes";
import { OutcomeIcon } from "./OutcomeIcon";

/** White on Airflow's yellow cannot be read; its darkest tone can. */
const inkOn = (palette: string): { color?: string } => (palette === "yellow" ? { color: "yellow.950" } : {});

interface PillProps {
  readonly palette: string;
  readonly variant?: "solid" | "subtle" | "outline";
  readonly large?: boolean;
  readonly children: ReactNode;
}

/** Round like the states of Airflow's own tables. */
function Pill({ palette, variant = "solid", large = false, children }: PillProps) {
  return (
    <Badge
      borderRadius="full"
      colorPalette={palette}
      fontSize={large ? "sm" : "xs"}
      gap={1}
      px={large ? 3 : 2}
      py={large ? 1 : 0.5}
      variant={variant}
      whiteSpace="nowrap"
      {...(variant === "solid" ? inkOn(palette) : {})}
    >
      {children}
    </Badge>
  );
}

export function OutcomeBadge({ outcome, large = false }: { outcome: Outcome; large?: boolean }) {
  return (
    <Pill large={large} palette={PALETTE[outcome]}>
      <OutcomeIcon outcome={outcome} />
      {capital(outcome)}
    </Pill>
  );
}

/** A number of checks with one outcome, for example a green tick and 12. */
export function OutcomeCount({ outcome, count }: { outcome: Outcome; count: number }) {
  return (
    <Badge aria-label={`${count} ${outcome}`} colorPalette={PALETTE[outcome]} gap={1} role="img" title={`${count} ${outcome}`} variant="subtle">
      <OutcomeIcon outcome={outcome} />
      {count}
    </Badge>
  );
}

export function SeverityBadge({ severity, large = false }: { severity: IncidentSeverity; large?: boolean }) {
  return (
    <Pill large={large} palette={SEVERITY_PALETTE[severity]}>
      {capital(severity)}
    </Pill>
  );
}

export function StatusBadge({ status, large = false }: { status: IncidentStatus; large?: boolean }) {
  return (
    <Pill large={large} palette={STATUS_PALETTE[status]} variant="subtle">
      {capital(status)}
    </Pill>
  );
}

const SLA_OUTCOME: Readonly<Record<SlaSummary["state"], Outcome>> = { met: "passed", missed: "failed", unknown: "skipped" };

export function SlaBadge({ state }: { state: SlaSummary["state"] }) {
  const outcome = SLA_OUTCOME[state];
  return (
    <Pill palette={PALETTE[outcome]}>
      <OutcomeIcon outcome={outcome} />
      {capital(state)}
    </Pill>
  );
}
