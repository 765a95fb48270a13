import { HStack, Table, Text } from "@chakra-ui/react";

import type { TableSummary } from "../shared/api/types";
import { OutcomeBadge } from "../shared/components/badges";
import { Counts } from "../shared/components/Counts";
import { DatasetLink } from "../shared/components/DatasetLink";
import { DataTable } from "../shared/components/DataTable";
import { OutcomeStrip } from "../shared/components/OutcomeStrip";
import { ResultsLink } from "../shared/components/OriginLinks";
import { TextLink } from "../shared/components/TextLink";
import { Tip } from "../shared/components/Tip";
import { Ago } from "../shared/components/When";
import { score } from "../shared/format/values";
import { incidentPath } from "../shared/links";
import { rank } from "../shared/outcomes";
import { RAISED } from "../shared/surface";

const COLUMNS = ["State", "Table", "Score", "Checks", "Latest result", "Last 30 runs", "Incidents"];

/** Failing tables first, then those with the most live incidents, then by name. */
export const failingFirst = (tables: readonly TableSummary[]): TableSummary[] =>
  [...tables].sort(
    (a, b) =>
      rank(a.outcome) - rank(b.outcome) ||
      b.live_incidents.length - a.live_incidents.length ||
      a.dataset.short_name.localeCompare(b.dataset.short_name),
  );

function Incidents({ table }: { table: TableSummary }) {
  if (table.live_incidents.length === 0) return <Text color="fg.subtle">–</Text>;
  return (
    <HStack gap={2} wrap="wrap">
      {table.live_incidents.map((incident) => (
        <Tip key={incident.id} text={incident.title}>
          <TextLink aria-label={`Incident ${incident.id}: ${incident.title}`} to={incidentPath(incident.id)}>
            #{incident.id}
          </TextLink>
        </Tip>
      ))}
    </HStack>
  );
}

function Row({ table }: { table: TableSummary }) {
  const { latest } = table;
  return (
    <Table.Row _hover={{ bg: RAISED }}>
      <Table.Cell>
        <OutcomeBadge outcome={table.outcome} />
      </Table.Cell>
      <Table.Cell>
        <DatasetLink dataset={table.dataset} />
      </Table.Cell>
      <Table.Cell fontVariantNumeric="tabular-nums">{score(table.score)}</Table.Cell>
      <Table.Cell>
        <Counts counts={table.checks} />
      </Table.Cell>
      <Table.Cell whiteSpace="nowrap">
        <HStack gap={2}>
          <Ago at={latest.measured_at} />
          <ResultsLink origin={latest.origin} />
        </HStack>
      </Table.Cell>
      <Table.Cell>
        <OutcomeStrip cells={table.trend} what="runs" />
      </Table.Cell>
      <Table.Cell>
        <Incidents table={table} />
      </Table.Cell>
    </Table.Row>
  );
}

export function TablesTable({ tables }: { tables: readonly TableSummary[] }) {
  return (
    <DataTable columns={COLUMNS} label="Tables">
      {failingFirst(tables).map((table) => (
        <Row key={`${table.dataset.namespace}/${table.dataset.name}`} table={table} />
      ))}
    </DataTable>
  );
}
