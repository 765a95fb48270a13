import { Badge, Table, Text } from "@chakra-ui/react";

import type { Notification } from "../api/types";
import { capital } from "../outcomes";
import { DataTable } from "./DataTable";
import { Ago } from "./When";

const COLUMNS = ["Status", "Route", "About", "Queued", "Sent", "Attempts", "Last error"];
const PALETTE: Readonly<Record<Notification["status"], string>> = { sent: "success", pending: "blue", dead: "failed" };

/** Who was told what, and whether it arrived. */
export function Notifications({ notifications }: { notifications: readonly Notification[] }) {
  if (notifications.length === 0) {
    return <Text color="fg.muted">Nobody was told. Name routes in open_incident(routes=[…]) to change that.</Text>;
  }
  return (
    <DataTable columns={COLUMNS} label="Notifications">
      {notifications.map((message, index) => (
        <Table.Row key={`${message.route}-${message.event}-${index}`}>
          <Table.Cell>
            <Badge borderRadius="full" colorPalette={PALETTE[message.status]} px={2} variant="subtle">
              {capital(message.status)}
            </Badge>
          </Table.Cell>
          <Table.Cell fontWeight="medium">{message.route}</Table.Cell>
          <Table.Cell>{message.event}</Table.Cell>
          <Table.Cell>
            <Ago at={message.created_at} />
          </Table.Cell>
          <Table.Cell>{message.sent_at === null ? "–" : <Ago at={message.sent_at} />}</Table.Cell>
          <Table.Cell>{message.attempts}</Table.Cell>
          <Table.Cell wordBreak="break-word">{message.last_error ?? "–"}</Table.Cell>
        </Table.Row>
      ))}
    </DataTable>
  );
}
