import { Table, Text } from "@chakra-ui/react";

import type { IncidentSummary } from "../shared/api/types";
import { SeverityBadge, StatusBadge } from "../shared/components/badges";
import { DatasetLink } from "../shared/components/DatasetLink";
import { DataTable } from "../shared/components/DataTable";
import { TextLink } from "../shared/components/TextLink";
import { Ago } from "../shared/components/When";
import { between, formatDuration } from "../shared/format/time";
import { useNow } from "../shared/format/useNow";
import { incidentPath } from "../shared/links";
import { RAISED } from "../shared/surface";

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
          <Table.Cell whiteSpace="nowrap">{formatDuration(between(incident.opened_at, incident.resolved_at ?? now))}</Table.Cell>
          <Table.Cell>
            <Ago at={incident.last_seen_at} />
          </Table.Cell>
          <Table.Cell fontVariantNumeric="tabular-nums">{incident.occurrences}</Table.Cell>
        </Table.Row>
      ))}
    </DataTable>
  );
}
