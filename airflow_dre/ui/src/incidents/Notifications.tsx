import { Badge, Table, Text } from "@chakra-ui/react";

import type { Notification, Reach } from "../shared/api/types";
import { capital } from "../shared/outcomes";
import { DataTable } from "../shared/components/DataTable";
import { Ago } from "../shared/components/When";

const COLUMNS = ["Status", "Route", "About", "Queued", "Sent", "Attempts", "Last error"];
const PALETTE: Readonly<Record<Notification["status"], string>> = {
  sent: "success",
  pending: "blue",
  dead: "failed",
  moved: "gray",
};

/** The messages of an incident, and whether each arrived. */
export function Notifications({ notifications, reach }: { notifications: readonly Notification[]; reach: Reach }) {
  const why = (
    <Text color={reach.state === "failed" ? "fg.error" : "fg.muted"} mb={notifications.length > 0 ? 2 : 0} wordBreak="break-word">
      {reach.reason}
    </Text>
  );
  if (notifications.length === 0) return why;
  return (
    <>
      {why}
      <DataTable columns={COLUMNS} label="Notifications">
        {notifications.map((message, index) => (
          <Table.Row key={`${message.route}-${message.event}-${index}`}>
            <Table.Cell>
              <Badge borderRadius="full" colorPalette={PALETTE[message.status]} px={2} variant="subtle">
                {capital(message.status)}
              </Badge>
            </Table.Cell>
            <Table.Cell fontWeight="medium">{message.route}</Table.Cell>
            <Table.Cell>{message.event === "updated" ? "got worse" : message.event}</Table.Cell>
            <Table.Cell>
              <Ago at={message.created_at} />
            </Table.Cell>
            <Table.Cell>{message.sent_at === null ? "–" : <Ago at={message.sent_at} />}</Table.Cell>
            <Table.Cell>{message.attempts}</Table.Cell>
            <Table.Cell wordBreak="break-word">{message.last_error ?? "–"}</Table.Cell>
          </Table.Row>
        ))}
      </DataTable>
    </>
  );
}
