import type { Layout } from "./layout";
import { type Level, spread, type Threshold } from "./thresholds";

const COLOUR: Readonly<Record<Level, string>> = {
  fail: "var(--chakra-colors-failed-solid)",
  warn: "var(--chakra-colors-yellow-solid)",
};
const INK: Readonly<Record<Level, string>> = {
  fail: "var(--chakra-colors-failed-fg)",
  warn: "var(--chakra-colors-yellow-fg)",
};

/** Letters that fit right of the chart. */
const LONGEST = 27;

interface Props {
  readonly layout: Layout;
  readonly write: (value: number) => string;
}

function Forbidden({ line, layout: { edge, inner, y } }: { line: Threshold; layout: Layout }) {
  if (line.side === "unless") return null;
  return line.stretches.map(({ from, to, value }) => {
    const top = line.side === "above" ? 0 : y(value);
    const height = line.side === "above" ? y(value) : inner.height - y(value);
    return (
      <rect fill={COLOUR[line.level]} height={height} key={from} opacity={0.07} width={edge(to + 1) - edge(from)} x={edge(from)} y={top} />
    );
  });
}

/** The thresholds as dashed lines with labels at the right, and what lies beyond them tinted. */
export function ThresholdLines({ layout, write }: Props) {
  const { edge, inner, lines, y } = layout;
  const labels = spread(
    lines.map(({ value }) => y(value)),
    13,
    inner.height,
  );
  return lines.map((line, index) => {
    const label = `${line.level} ${line.side} ${write(line.value)}`;
    return (
      <g data-threshold={line.level} key={`${line.level}-${line.side}-${index}`}>
        <Forbidden layout={layout} line={line} />
        {line.stretches.map(({ from, to, value }) => (
          <line
            key={from}
            stroke={COLOUR[line.level]}
            strokeDasharray={line.level === "fail" ? "6 3" : "2 3"}
            strokeWidth={1.5}
            x1={edge(from)}
            x2={edge(to + 1)}
            y1={y(value)}
            y2={y(value)}
          />
        ))}
        <text dominantBaseline="middle" fill={INK[line.level]} style={{ fontSize: 11, fontWeight: 600 }} x={inner.width + 6} y={labels[index]}>
          <title>{label}</title>
          {label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label}
        </text>
      </g>
    );
  });
}

