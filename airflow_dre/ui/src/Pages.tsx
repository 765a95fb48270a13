import { QueryClientProvider } from "@tanstack/react-query";
import { useLocation } from "react-router-dom";

import { queryClient } from "./shared/api/queries";
import { Shell } from "./shared/components/Shell";
import { Empty } from "./shared/components/states";
import { TextLink } from "./shared/components/TextLink";
import { OVERVIEW } from "./shared/links";
import { IncidentPage } from "./incidents/IncidentPage";
import { IncidentsPage } from "./incidents/IncidentsPage";
import { OverviewPage } from "./quality/OverviewPage";
import { TablePage } from "./quality/TablePage";
import { TaskResultsPage } from "./quality/TaskResultsPage";

/** What Airflow hands to a plugin: parts of the address, absent where it has none. */
export interface HostProps {
  readonly dagId?: string;
  readonly runId?: string;
  readonly taskId?: string;
  readonly mapIndex?: string;
}

function NavPage() {
  const { pathname } = useLocation();
  const [place = "", id] = pathname.slice(OVERVIEW.length).split("/").filter(Boolean);
  if (place === "") return <OverviewPage />;
  if (place === "table") return <TablePage />;
  if (place === "incidents") return id === undefined ? <IncidentsPage /> : <IncidentPage id={id} />;
  return (
    <Empty title="No such page">
      Go to the <TextLink to={OVERVIEW}>overview</TextLink>.
    </Empty>
  );
}

const mapIndexOf = (text: string | undefined): number | undefined => {
  const index = Number(text ?? "-1");
  return Number.isInteger(index) && index >= 0 ? index : undefined;
};

export default function Pages({ dagId, runId, taskId, mapIndex }: HostProps) {
  return (
    <QueryClientProvider client={queryClient}>
      {dagId !== undefined && runId !== undefined && taskId !== undefined ? (
        <TaskResultsPage dagId={dagId} mapIndex={mapIndexOf(mapIndex)} runId={runId} taskId={taskId} />
      ) : (
        <Shell>
          <NavPage />
        </Shell>
      )}
    </QueryClientProvider>
  );
}
