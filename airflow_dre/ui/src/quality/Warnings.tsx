import { Alert, chakra } from "@chakra-ui/react";
import type { ReactNode } from "react";

import type { MonitorSummary, Overview } from "../shared/api/types";
import { plural } from "../shared/format/words";
import { Ago } from "../shared/components/When";

function Warning({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Alert.Root alignItems="flex-start" mb={3} status="warning">
      <Alert.Indicator />
      <Alert.Content>
        <Alert.Title>{title}</Alert.Title>
        <Alert.Description wordBreak="break-word">{children}</Alert.Description>
      </Alert.Content>
    </Alert.Root>
  );
}

function LateMonitor({ monitor }: { monitor: MonitorSummary }) {
  return (
    <Warning title={`Monitor ${monitor.dag_id} does not look`}>
      Last look <Ago at={monitor.last_look} />. Its {plural(monitor.slas, "SLA", "SLAs")} count as unknown until it looks again. Is the
      Dag paused, or is the scheduler down?
    </Warning>
  );
}

/** Reasons why this page may be incomplete: settings, overdue monitors, records that wait. */
export function Warnings({ overview }: { overview: Overview }) {
  const { config_problems: problems, monitors, put_aside: aside, spool_waiting: waiting } = overview;
  return (
    <>
      {problems.length > 0 ? (
        <Warning title="The [dre] configuration has mistakes">
          <chakra.ul listStylePosition="inside">
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </chakra.ul>
          Run <code>airflow dre check-config</code> to see all of it.
        </Warning>
      ) : null}
      {monitors
        .filter(({ overdue }) => overdue)
        .map((monitor) => (
          <LateMonitor key={monitor.dag_id} monitor={monitor} />
        ))}
      {aside > 0 ? (
        <Warning title={`${plural(aside, "record", "records")} could not be stored`}>
          The results store takes no such record. Each is kept as a file in the spool folder. Run <code>airflow dre db check</code>.
        </Warning>
      ) : null}
      {waiting !== null && waiting > 0 ? (
        <Warning title={`${plural(waiting, "delivery waits", "deliveries wait")} to be stored`}>
          Results and incidents that wait in the spool of the API server are not shown yet. The monitor stores them.
        </Warning>
      ) : null}
    </>
  );
}
