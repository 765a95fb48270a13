import { Table } from "@chakra-ui/react";

import type { Segment } from "../shared/api/types";
import { OutcomeBadge } from "../shared/components/badges";
import { DataTable } from "../shared/components/DataTable";
import { count } from "../shared/format/values";

/** The worst values of the column that a check is judged by, worst first. */
export function SegmentsTable({ by, segments, unit }: { by: string; segments: readonly Segment[]; unit: string }) {
  return (
    <DataTable columns={["Outcome", by, "Observed", "Violations", "Reason"]} label={`Worst values of ${by}`}>
      {segments.map((segment, place) => (
        <Table.Row key={place}>
          <Table.Cell>
            <OutcomeBadge outcome={segment.outcome} />
          </Table.Cell>
          <Table.Cell fontWeight="medium">{segment.value ?? "(no value)"}</Table.Cell>
          <Table.Cell fontVariantNumeric="tabular-nums">{segment.observed === null ? "–" : `${segment.observed}${unit === "%" ? "%" : ""}`}</Table.Cell>
          <Table.Cell fontVariantNumeric="tabular-nums" whiteSpace="nowrap">
            {segment.violations === null || segment.rows === null ? "–" : `${count(segment.violations)} of ${count(segment.rows)}`}
          </Table.Cell>
          <Table.Cell minW="14rem">{segment.reason}</Table.Cell>
        </Table.Row>
      ))}
    </DataTable>
  );
}
