import type { Range, Result } from "../api/types";

export type Level = "fail" | "warn";
type Side = "above" | "below" | "unless";

/** A stretch of results, by their places, that were held to the same value. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/** One threshold over the whole history: it may have been changed on the way. */
export interface Threshold {
  readonly level: Level;
  readonly side: Side;
  readonly stretches: readonly Stretch[];
  /** The value that holds now. */
  readonly value: number;
}

function stretchesOf(history: readonly Result[], read: (result: Result) => number | null): Stretch[] {
  const found: Stretch[] = [];
  history.forEach((result, place) => {
    const last = found.at(-1);
    // A result without an observed value has no threshold: the one before it continues.
    const value = read(result) ?? (result.value === null ? (last?.value ?? null) : null);
    if (value === null) return;
    if (last !== undefined && last.value === value && last.to === place - 1) found[found.length - 1] = { ...last, to: place };
    else found.push({ from: place, to: place, value });
  });
  return found;
}

/** A check that only warns never fails, however far out the value is. */
const levelOf = (result: Result, level: Level): Level => (result.severity === "warn" ? "warn" : level);

export function thresholds(history: readonly Result[]): Threshold[] {
  const latest = history.at(-1);
  if (latest === undefined) return [];
  const found: Threshold[] = [];
  for (const level of ["fail", "warn"] as const) {
    const now: Range = latest[level];
    const exact = now.low !== null && now.low === now.high;
    for (const end of ["high", "low"] as const) {
      if (exact && end === "low") continue;
      const stretches = stretchesOf(history, (result) => result[level][end]);
      const last = stretches.at(-1);
      if (last === undefined) continue;
      const side = exact ? "unless" : end === "high" ? "above" : "below";
      found.push({ level: levelOf(latest, level), side, stretches, value: last.value });
    }
  }
  return found;
}

/** Heights for labels that want to sit at `wanted`, moved apart so that none covers another. */
export function spread(wanted: readonly number[], gap: number, bottom: number): number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  order.forEach((label, place) => {
    const before = order[place - 1];
    if (before !== undefined) label.y = Math.max(label.y, before.y + gap);
  });
  for (let place = order.length - 1; place >= 0; place -= 1) {
    const label = order[place];
    if (label === undefined) continue;
    label.y = Math.min(label.y, order[place + 1] === undefined ? bottom : (order[place + 1]?.y ?? bottom) - gap);
  }
  const placed: number[] = [];
  for (const { y, index } of order) placed[index] = y;
  return placed;
}
