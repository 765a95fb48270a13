import { Table, Text } from "@chakra-ui/react";

import type { IncidentSummary } from "../api/types";
import { SeverityBadge, StatusBadge } from "../components/badges";
import { DatasetLink } from "../components/DatasetLink";
import { DataTable } from "../components/DataTable";
import { TextLink } from "../components/TextLink";
import { Ago } from "../components/When";
import { between, spoken } from "../format/time";
import { useNow } from "../format/useNow";
import { incidentPath } from "../links";
import { RAISED } from "../surface";

const COLUMNS = ["Severity", "Incident", "Status", "Concerns", "Since", "Duration", "Last seen", "Times"];

/** The table of a data incident, the task of a pipeline incident. */
function Concerns({ incident }: { incident: IncidentSummary }) {
  if (incident.dataset !== null) return <DatasetLink dataset={incident.dataset} />;
  const { dag_id, task_id } = incident.origin;
  if (dag_id === null) return <Text color="fg.muted">–</Text>;
  return <Text>{task_id === null ? dag_id : `${dag_id} › ${task_id}`}</Text>;
}

export function IncidentTable({ incidents }: { incidents: readonly IncidentSummary[] }) {
  const now = useNow();
  return (
    <DataTable columns={COLUMNS} label="Incidents">
      {incidents.map((incident) => (
        <Table.Row key={incident.id} _hover={{ bg: RAISED }}>
          <Table.Cell>
            <SeverityBadge severity={incident.severity} />
          </Table.Cell>
          <Table.Cell minW="16rem">
            <TextLink fontWeight="medium" to={incidentPath(incident.id)}>
              {incident.title}
            </TextLink>
          </Table.Cell>
          <Table.Cell>
            <StatusBadge status={incident.status} />
          </Table.Cell>
          <Table.Cell>
            <Concerns incident={incident} />
          </Table.Cell>
          <Table.Cell>
            <Ago at={incident.opened_at} />
          </Table.Cell>
          <Table.Cell whiteSpace="nowrap">{spoken(between(incident.opened_at, incident.resolved_at ?? now))}</Table.Cell>
          <Table.Cell>
            <Ago at={incident.last_seen_at} />
          </Table.Cell>
          <Table.Cell fontVariantNumeric="tabular-nums">{incident.occurrences}</Table.Cell>
        </Table.Row>
      ))}
    </DataTable>
  );
}
