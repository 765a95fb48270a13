import type { Result } from "../api/types";
import { absolute, spoken } from "./time";

const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

export const count = (value: number): string => WHOLE.format(value);

/** A number with its unit, to read. */
export function amount(value: number, unit: string): string {
  if (unit === "seconds") return spoken(value);
  if (unit === "%") return `${NUMBER.format(value)}%`;
  const number = Number.isInteger(value) ? WHOLE.format(value) : NUMBER.format(value);
  return unit === "" ? number : `${number} ${unit}`;
}

/** A number for an axis. */
export function tick(value: number, unit: string): string {
  if (unit === "seconds") return spoken(value);
  const number = Math.abs(value) >= 10_000 ? COMPACT.format(value) : NUMBER.format(value);
  return unit === "%" ? `${number}%` : number;
}

const INSTANT = /^\d{4}-\d\d-\d\d/;

/** Whether a check observes instants: then its value and thresholds are seconds since 1970. */
export const observesInstants = (result: Result): boolean =>
  result.unit === "" && result.value !== null && result.observed !== null && INSTANT.test(result.observed);

/** What a check observed, to read. */
export function observed(result: Result): string {
  if (result.value !== null && result.unit !== "") return amount(result.value, result.unit);
  return result.observed ?? "–";
}

/** A function that writes values of a check's axis. */
export function axisWriter(latest: Result, zone: string): (value: number) => string {
  if (observesInstants(latest)) return (value) => absolute(value * 1000, zone).slice(0, 16);
  return (value) => tick(value, latest.unit);
}

export const score = (value: number | null): string => (value === null ? "–" : `${NUMBER.format(Math.floor(value * 10) / 10)}%`);
