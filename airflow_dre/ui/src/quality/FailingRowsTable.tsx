import { Code, Table, Text } from "@chakra-ui/react";

import type { FailingRows } from "../shared/api/types";
import { DataTable } from "../shared/components/DataTable";
import { At } from "../shared/components/When";

function Value({ value }: { value: string | null }) {
  if (value === null) return <Text as="em" color="fg.muted">NULL</Text>;
  return (
    <Code bg="transparent" fontSize="xs" p={0} whiteSpace="pre-wrap" wordBreak="break-word">
      {value}
    </Code>
  );
}

/** A few rows that break a check, or the reason why no row is shown. */
export function FailingRowsTable({ found }: { found: FailingRows }) {
  if (found.missing !== null) return <Text fontSize="sm">No rows were kept: {found.missing}</Text>;
  if (found.expired || found.rows.length === 0) {
    return (
      <Text fontSize="sm">
        The rows were dropped on <At at={found.expires_at} />; the next run that fails keeps new ones.
      </Text>
    );
  }
  return (
    <>
      <DataTable columns={[...found.columns, "Why"]} label="Failing rows">
        {found.rows.map((row, place) => (
          <Table.Row key={place}>
            {row.values.map((value, column) => (
              <Table.Cell key={found.columns[column]} maxW="24rem">
                <Value value={value} />
              </Table.Cell>
            ))}
            <Table.Cell minW="14rem">{row.reason}</Table.Cell>
          </Table.Row>
        ))}
      </DataTable>
      <Text color="fg.muted" fontSize="xs" mt={1}>
        Secrets are masked. Kept until <At at={found.expires_at} />. Each view is logged with the name of the user.
      </Text>
    </>
  );
}
