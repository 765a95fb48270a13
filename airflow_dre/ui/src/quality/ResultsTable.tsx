import { Table, Text } from "@chakra-ui/react";

import type { Dataset, Result } from "../shared/api/types";
import { OutcomeBadge } from "../shared/components/badges";
import { DataTable } from "../shared/components/DataTable";
import { TextLink } from "../shared/components/TextLink";
import { count, observed } from "../shared/format/values";
import { useTimezone } from "../shared/host";
import { tablePath } from "../shared/links";
import { rank } from "../shared/outcomes";
import { RAISED } from "../shared/surface";

const COLUMNS = ["Outcome", "Check", "Expected", "Observed", "Violations", "Reason"];

/** The results of one suite run, worst first; each leads to its history. */
export function ResultsTable({ dataset, results }: { dataset: Dataset; results: readonly Result[] }) {
  const zone = useTimezone();
  const sorted = [...results].sort((a, b) => rank(a.outcome) - rank(b.outcome) || a.name.localeCompare(b.name));
  return (
    <DataTable columns={COLUMNS} label={`Results of ${dataset.short_name}`}>
      {sorted.map((result) => (
        <Table.Row key={result.check_id} _hover={{ bg: RAISED }}>
          <Table.Cell>
            <OutcomeBadge outcome={result.outcome} />
          </Table.Cell>
          <Table.Cell minW="12rem">
            <TextLink fontWeight="medium" to={tablePath(dataset, result.check_id)}>
              {result.name}
            </TextLink>
            <Text color="fg.muted" fontSize="xs">
              {result.dimension}
              {result.severity === "warn" ? ", only warns" : ""}
            </Text>
          </Table.Cell>
          <Table.Cell>{result.expected || "–"}</Table.Cell>
          <Table.Cell fontVariantNumeric="tabular-nums" fontWeight="medium">
            {observed(result, zone)}
          </Table.Cell>
          <Table.Cell fontVariantNumeric="tabular-nums" whiteSpace="nowrap">
            {result.violations === null || result.rows === null ? "–" : `${count(result.violations)} of ${count(result.rows)}`}
          </Table.Cell>
          <Table.Cell minW="14rem">{result.reason}</Table.Cell>
        </Table.Row>
      ))}
    </DataTable>
  );
}
