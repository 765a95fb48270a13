import { Table, Text } from "@chakra-ui/react";

import type { SlaSummary } from "../shared/api/types";
import { SlaBadge } from "../shared/components/badges";
import { DatasetLink } from "../shared/components/DatasetLink";
import { DataTable } from "../shared/components/DataTable";
import { Ago } from "../shared/components/When";
import { formatDuration } from "../shared/format/time";
import { RAISED } from "../shared/surface";

const ORDER: readonly SlaSummary["state"][] = ["missed", "unknown", "met"];

const missedFirst = (slas: readonly SlaSummary[]): SlaSummary[] =>
  [...slas].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name));

/** Freshness SLAs: whether the data is young enough, and since when. */
export function SlaTable({ slas, withDataset = true }: { slas: readonly SlaSummary[]; withDataset?: boolean }) {
  const columns = ["State", "SLA", ...(withDataset ? ["Table"] : []), "Since", "Newest data", "Allowed age", "Last look", "Reason"];
  return (
    <DataTable columns={columns} label="Freshness SLAs">
      {missedFirst(slas).map((sla) => (
        <Table.Row key={`${sla.dataset.namespace}/${sla.dataset.name}/${sla.name}`} _hover={{ bg: RAISED }}>
          <Table.Cell>
            <SlaBadge state={sla.state} />
          </Table.Cell>
          <Table.Cell fontWeight="medium">{sla.name}</Table.Cell>
          {withDataset ? (
            <Table.Cell>
              <DatasetLink dataset={sla.dataset} />
            </Table.Cell>
          ) : null}
          <Table.Cell>
            <Ago at={sla.since} />
          </Table.Cell>
          <Table.Cell>{sla.newest === null ? <Text color="fg.muted">none</Text> : <Ago at={sla.newest} />}</Table.Cell>
          <Table.Cell whiteSpace="nowrap">
            {sla.max_age_seconds === null ? <Text color="fg.muted">by its due times</Text> : formatDuration(sla.max_age_seconds)}
          </Table.Cell>
          <Table.Cell>
            <Ago at={sla.last_look} />
          </Table.Cell>
          <Table.Cell minW="14rem" wordBreak="break-word">
            {sla.reason}
          </Table.Cell>
        </Table.Row>
      ))}
    </DataTable>
  );
}
