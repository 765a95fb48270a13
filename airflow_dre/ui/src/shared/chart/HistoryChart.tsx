import { Box, Text } from "@chakra-ui/react";
import { AxisBottom, AxisLeft } from "@visx/axis";
import { LinePath } from "@visx/shape";
import { useMemo, useState } from "react";

import type { Result } from "../api/types";
import { short } from "../format/time";
import { thresholdWriter, tickWriter } from "../format/values";
import { useTimezone } from "../host";
import { HEIGHT, instantOf, layout as layoutOf, MARGIN } from "./layout";
import { Points } from "./Points";
import { PointTip } from "./PointTip";
import { ThresholdLines } from "./ThresholdLines";
import { useWidth } from "./useWidth";

const LENGTH = 30;
/** As style, because the host's style sheet outranks the attributes. */
const INK = { fill: "var(--chakra-colors-fg-muted)", style: { fontFamily: "inherit", fontSize: 11 } };
const AXIS = { stroke: "var(--chakra-colors-border-emphasized)", tickStroke: "var(--chakra-colors-border-emphasized)" };

interface Props {
  /** Oldest first. */
  readonly history: readonly Result[];
  readonly latest: Result;
}

/** The observed values of a check against its thresholds. */
export default function HistoryChart({ history, latest }: Props) {
  const shown = useMemo(() => history.slice(-LENGTH), [history]);
  const [box, width] = useWidth<HTMLDivElement>();
  const [active, activate] = useState<number | null>(null);
  const zone = useTimezone();
  const layout = useMemo(() => layoutOf(shown, width), [shown, width]);
  if (shown.every(({ value }) => value === null)) {
    return <Text color="fg.muted">No observed value is a number, so there is no line to draw.</Text>;
  }
  const { at, inner, ticks, x, y } = layout;
  const write = thresholdWriter(latest, zone);
  const writeTick = tickWriter(latest, zone);
  const result = active === null ? undefined : shown[active];
  return (
    <Box position="relative" ref={box} w="full">
      <svg aria-label={`Observed values of ${latest.name}`} height={HEIGHT} role="group" style={{ display: "block" }} width={width}>
        <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
          {y.ticks(5).map((value) => (
            <line key={value} stroke="var(--chakra-colors-border)" x1={0} x2={inner.width} y1={y(value)} y2={y(value)} />
          ))}
          <ThresholdLines layout={layout} write={write} />
          <AxisLeft
            {...AXIS}
            hideAxisLine
            hideTicks
            numTicks={5}
            scale={y}
            tickFormat={(value) => writeTick(Number(value))}
            tickLabelProps={{ ...INK, dx: -2, dy: 3, textAnchor: "end" }}
          />
          <AxisBottom
            {...AXIS}
            scale={x}
            tickFormat={(place) => short(instantOf(shown[Number(place)] ?? latest), zone)}
            tickLabelProps={{ ...INK, textAnchor: "middle" }}
            tickValues={ticks}
            top={inner.height}
          />
          <LinePath
            data={shown.map(({ value }, place) => ({ place, value }))}
            defined={({ value }) => value !== null}
            stroke="var(--chakra-colors-blue-focus-ring)"
            strokeWidth={1.5}
            x={({ place }) => at(place)}
            y={({ value }) => y(value ?? 0)}
          />
          <Points activate={activate} active={active} history={shown} layout={layout} />
        </g>
      </svg>
      {result === undefined || active === null ? null : <PointTip layout={layout} place={active} result={result} />}
    </Box>
  );
}
