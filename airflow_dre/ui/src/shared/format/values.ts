import type { Result } from "../api/types";
import { absolute, formatDuration } from "./time";

const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

export const count = (value: number): string => WHOLE.format(value);

/** A number with its unit, to read. */
export function amount(value: number, unit: string): string {
  if (unit === "seconds") return formatDuration(value);
  if (unit === "%") return `${NUMBER.format(value)}%`;
  const number = Number.isInteger(value) ? WHOLE.format(value) : NUMBER.format(value);
  return unit === "" ? number : `${number} ${unit}`;
}

/** A number for an axis. */
export function tick(value: number, unit: string): string {
  if (unit === "seconds") return formatDuration(value);
  const number = Math.abs(value) >= 10_000 ? COMPACT.format(value) : NUMBER.format(value);
  return unit === "%" ? `${number}%` : number;
}

const INSTANT = /^\d{4}-\d\d-\d\d/;

/** Whether a check observes instants: then its value and thresholds are seconds since 1970. */
export const observesInstants = (result: Result): boolean =>
  result.unit === "" && result.value !== null && result.observed !== null && INSTANT.test(result.observed);

/** What a check observed, to read; an instant in the user's zone, a mere date as it is. */
export function observed(result: Result, zone: string): string {
  if (result.value !== null && observesInstants(result) && (result.observed ?? "").length > "2026-01-01".length) {
    return absolute(result.value * 1000, zone);
  }
  if (result.value !== null && result.unit !== "") return amount(result.value, result.unit);
  return result.observed ?? "–";
}

type Writer = (value: number) => string;

/** Writes thresholds of a check; midnight goes without its time. */
export function thresholdWriter(latest: Result, zone: string): Writer {
  if (observesInstants(latest)) return (value) => absolute(value * 1000, zone).slice(0, 16).replace(" 00:00", "");
  return (value) => amount(value, latest.unit === "rows" ? "" : latest.unit);
}

/** Writes the axis of a check; of an instant there is room for the day only. */
export function tickWriter(latest: Result, zone: string): Writer {
  if (observesInstants(latest)) return (value) => absolute(value * 1000, zone).slice(0, 10);
  return (value) => tick(value, latest.unit);
}

export const score = (value: number | null): string => (value === null ? "–" : `${NUMBER.format(Math.floor(value * 10) / 10)}%`);
