const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** A length of time in at most two units, for example "1 d 3 h" or "45 s". */
export function formatDuration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds > 1 && seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  let left = Math.round(seconds);
  const parts: string[] = [];
  for (const [name, length] of UNITS) {
    const amount = Math.floor(left / length);
    left -= amount * length;
    if (amount > 0) parts.push(`${amount} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.length > 0 ? parts.join(" ") : "0 s";
}

export const between = (from: string, to: string | number): number =>
  Math.max(0, ((typeof to === "number" ? to : Date.parse(to)) - Date.parse(from)) / 1000);

export function relative(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (Math.abs(seconds) < 45) return "just now";
  const [name, length] = UNITS.find(([, unit]) => Math.abs(seconds) >= unit) ?? ["s", 1];
  const words = `${Math.floor(Math.abs(seconds) / length)} ${name}`;
  return seconds > 0 ? `${words} ago` : `in ${words}`;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
  formatters.set(zone, made);
  return made;
}

function partsOf(instant: number, zone: string): Record<string, string> {
  return Object.fromEntries(formatter(zone).formatToParts(instant).map(({ type, value }) => [type, value]));
}

/** An instant as Airflow writes it, with the zone's name. */
export function absolute(instant: string | number, zone: string): string {
  const at = typeof instant === "number" ? instant : Date.parse(instant);
  if (Number.isNaN(at)) return String(instant);
  const part = partsOf(at, zone);
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second} ${part.timeZoneName}`;
}

/** Day and minute only, for the foot of a chart. */
export function short(instant: string, zone: string): string {
  const part = partsOf(Date.parse(instant), zone);
  return `${part.month}-${part.day} ${part.hour}:${part.minute}`;
}
