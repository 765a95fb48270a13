import { Table } from "@chakra-ui/react";
import type { ReactNode } from "react";

import { RAISED } from "../surface";

interface Props {
  readonly label: string;
  readonly columns: readonly string[];
  /** Rows of the table. */
  readonly children: ReactNode;
}

/** A table in a frame that scrolls sideways where the window is narrow. */
export function DataTable({ label, columns, children }: Props) {
  return (
    <Table.ScrollArea borderRadius="md" borderWidth="1px" containerType="inline-size" whiteSpace="normal">
      <Table.Root aria-label={label} size="sm">
        <Table.Header>
          <Table.Row bg={RAISED}>
            {columns.map((column) => (
              <Table.ColumnHeader color="fg.muted" key={column} scope="col" whiteSpace="nowrap">
                {column}
              </Table.ColumnHeader>
            ))}
          </Table.Row>
        </Table.Header>
        <Table.Body css={{ "& > tr:last-of-type > td": { borderBottomWidth: 0 } }}>{children}</Table.Body>
      </Table.Root>
    </Table.ScrollArea>
  );
}
