import { Button, ButtonGroup, HStack, Text } from "@chakra-ui/react";
import { Link as RouterLink, useSearchParams } from "react-router-dom";

import { type IncidentFilter, PAGE_SIZE, useIncidents } from "../shared/api/queries";
import { Section } from "../shared/components/Shell";
import { Empty, Loaded } from "../shared/components/states";
import { INCIDENTS } from "../shared/links";
import { capital } from "../shared/outcomes";
import { IncidentTable } from "./IncidentTable";
import { INCIDENT_SNIPPET } from "../shared/snippets";

const FILTERS: readonly IncidentFilter[] = ["live", "resolved", "all"];

const filterOf = (text: string | null): IncidentFilter => FILTERS.find((filter) => filter === text) ?? "live";

const pageOf = (text: string | null): number => {
  const page = Number(text ?? "1");
  return Number.isInteger(page) && page > 0 ? page : 1;
};

const address = (filter: IncidentFilter, page = 1): string =>
  `${INCIDENTS}?status=${filter}${page > 1 ? `&page=${page}` : ""}`;

function Filters({ chosen }: { chosen: IncidentFilter }) {
  return (
    <ButtonGroup aria-label="Status" attached role="group" size="sm" variant="outline">
      {FILTERS.map((filter) => (
        <Button asChild key={filter} variant={filter === chosen ? "solid" : "outline"}>
          <RouterLink aria-current={filter === chosen ? "true" : undefined} replace to={address(filter)}>
            {capital(filter)}
          </RouterLink>
        </Button>
      ))}
    </ButtonGroup>
  );
}

function Pager({ filter, page, total }: { filter: IncidentFilter; page: number; total: number }) {
  if (total <= PAGE_SIZE && page === 1) return null;
  const first = (page - 1) * PAGE_SIZE + 1;
  const last = Math.min(total, page * PAGE_SIZE);
  const steps = [
    { name: "Newer", to: page - 1, there: page > 1 },
    { name: "Older", to: page + 1, there: last < total },
  ];
  return (
    <HStack as="nav" aria-label="Pages" justify="flex-end" mt={3}>
      <Text color="fg.muted" fontSize="sm">
        {first <= last ? `${first} to ${last} of ${total}` : `${total} in all`}
      </Text>
      {steps.map(({ name, to, there }) =>
        there ? (
          <Button asChild key={name} size="sm" variant="outline">
            <RouterLink to={address(filter, to)}>{name}</RouterLink>
          </Button>
        ) : (
          <Button disabled key={name} size="sm" variant="outline">
            {name}
          </Button>
        ),
      )}
    </HStack>
  );
}

function NoIncidents({ filter }: { filter: IncidentFilter }) {
  if (filter === "live") return <Empty title="No live incidents">Nothing that is watched is broken right now.</Empty>;
  return (
    <Empty code={INCIDENT_SNIPPET} title={filter === "all" ? "No incidents yet" : "No resolved incidents"}>
      Incidents open by themselves when a task with these callbacks fails, or when a freshness SLA is missed.
    </Empty>
  );
}

export function IncidentsPage() {
  const [params] = useSearchParams();
  const filter = filterOf(params.get("status"));
  const page = pageOf(params.get("page"));
  return (
    <Section extra={<Filters chosen={filter} />} title="Incidents">
      <Loaded query={useIncidents(filter, page)}>
        {({ incidents, total }) => (
          <>
            {incidents.length > 0 ? <IncidentTable incidents={incidents} /> : <NoIncidents filter={filter} />}
            <Pager filter={filter} page={page} total={total} />
          </>
        )}
      </Loaded>
    </Section>
  );
}
