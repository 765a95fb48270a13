import { Link as RouterLink } from "react-router-dom";

import type { Outcome, Result } from "../api/types";
import { absolute } from "../format/time";
import { observed } from "../format/values";
import { useTimezone } from "../host";
import { resultsPath } from "../links";
import { paint } from "../outcomes";
import { instantOf, type Layout } from "./layout";

interface Props {
  readonly history: readonly Result[];
  readonly layout: Layout;
  readonly active: number | null;
  readonly activate: (place: number | null) => void;
}

/** One shape an outcome; what has no value lies as a cross on the floor of the chart. */
function Mark({ outcome, x, y, large, hollow }: { outcome: Outcome; x: number; y: number; large: boolean; hollow: boolean }) {
  const r = large ? 6.5 : 4.5;
  const colour = paint(outcome);
  if (hollow) {
    return <path d={`M${x - r} ${y - r}L${x + r} ${y + r}M${x + r} ${y - r}L${x - r} ${y + r}`} stroke={colour} strokeWidth={2.5} />;
  }
  const rim = { fill: colour, stroke: "var(--chakra-colors-bg)", strokeWidth: 1.5 };
  if (outcome === "failed") return <path d={`M${x} ${y - r - 1.5}L${x + r + 1.5} ${y}L${x} ${y + r + 1.5}L${x - r - 1.5} ${y}Z`} {...rim} />;
  if (outcome === "warned") return <path d={`M${x} ${y - r - 1}L${x + r + 1} ${y + r}H${x - r - 1}Z`} {...rim} />;
  return <circle cx={x} cy={y} r={r} {...rim} />;
}

/** The results as points; each is a link to the results of its run. */
export function Points({ history, layout, active, activate }: Props) {
  const { at, edge, inner, y } = layout;
  const zone = useTimezone();
  return history.map((result, place) => {
    const label = `${result.outcome}, ${observed(result, zone)}, ${absolute(instantOf(result), zone)}: ${result.reason}`;
    const to = resultsPath(result.origin);
    const mark = (
      <>
        <rect fill="transparent" height={inner.height} width={edge(1)} x={edge(place)} y={0} />
        <Mark
          hollow={result.value === null}
          large={place === active}
          outcome={result.outcome}
          x={at(place)}
          y={result.value === null ? inner.height - 7 : y(result.value)}
        />
      </>
    );
    const events = {
      onMouseEnter: () => activate(place),
      onMouseLeave: () => activate(null),
      onFocus: () => activate(place),
      onBlur: () => activate(null),
    };
    const key = `${result.measured_at}-${place}`;
    return to === null ? (
      <g aria-label={label} data-outcome={result.outcome} key={key} role="img" tabIndex={0} {...events}>
        {mark}
      </g>
    ) : (
      <RouterLink aria-label={label} data-outcome={result.outcome} key={key} style={{ outline: "none" }} to={to} {...events}>
        {mark}
      </RouterLink>
    );
  });
}
