import { scaleLinear, scalePoint } from "@visx/scale";

import type { Result } from "../api/types";
import { type Threshold, thresholds } from "./thresholds";

export const HEIGHT = 260;
export const MARGIN = { top: 14, right: 150, bottom: 30, left: 72 } as const;

const LABEL_SPACE = 104;

/** The instant that a result speaks of: its data interval, or else when it was measured. */
export const instantOf = (result: Result): string => result.data_interval_start ?? result.measured_at;

function domainOf(history: readonly Result[], lines: readonly Threshold[]): [number, number] {
  const values = history.flatMap(({ value }) => (value === null ? [] : [value]));
  const all = [...values, ...lines.flatMap(({ stretches }) => stretches.map(({ value }) => value))];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const room = high === low ? Math.abs(high) * 0.1 || 1 : (high - low) * 0.12;
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

/** Where everything of a chart goes. Results are spaced evenly, so that a rerun of an old interval stays visible. */
export function layout(history: readonly Result[], width: number) {
  const inner = { width: Math.max(80, width - MARGIN.left - MARGIN.right), height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const places = history.map((_, place) => place);
  const x = scalePoint({ domain: places, range: [0, inner.width], padding: 0.5 });
  const lines = thresholds(history);
  const y = scaleLinear({ domain: domainOf(history, lines), range: [inner.height, 0], nice: true });
  const step = inner.width / Math.max(1, history.length);
  const every = Math.ceil(history.length / Math.max(1, Math.floor(inner.width / LABEL_SPACE)));
  return {
    inner,
    lines,
    at: (place: number): number => x(place) ?? 0,
    /** Left end of the column of a place; the right end is that of the next one. */
    edge: (place: number): number => place * step,
    ticks: places.filter((place) => (history.length - 1 - place) % every === 0),
    x,
    y,
  };
}

export type Layout = ReturnType<typeof layout>;
