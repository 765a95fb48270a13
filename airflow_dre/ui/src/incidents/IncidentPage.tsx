import { Box, Flex, Grid, Heading, HStack } from "@chakra-ui/react";

import { useIncident } from "../shared/api/queries";
import type { IncidentDetail, IncidentSummary } from "../shared/api/types";
import { SeverityBadge, StatusBadge } from "../shared/components/badges";
import { DatasetLink } from "../shared/components/DatasetLink";
import { Facts } from "../shared/components/Facts";
import { Notifications } from "./Notifications";
import { OriginLinks, ResultsLink } from "../shared/components/OriginLinks";
import { Reasons } from "./Reasons";
import { ResolveDialog } from "./ResolveDialog";
import { Section } from "../shared/components/Shell";
import { Empty, Loaded } from "../shared/components/states";
import { TextLink } from "../shared/components/TextLink";
import { Timeline } from "./Timeline";
import { Ago, At } from "../shared/components/When";
import { between, formatDuration } from "../shared/format/time";
import { useNow } from "../shared/format/useNow";
import { INCIDENTS } from "../shared/links";

const PROMISES: Readonly<Record<NonNullable<IncidentSummary["promise"]>, string>> = {
  suite: "Suite",
  sla: "SLA",
  deadline: "Deadline",
  slo: "SLO",
  contract: "Contract",
};

/** The data interval of the newest problem. */
function interval({ data_interval_start: from, data_interval_end: to }: IncidentSummary) {
  if (from === null) return null;
  if (to === null || to === from) return <At at={from} />;
  return (
    <>
      <At at={from} /> to <At at={to} />
    </>
  );
}

function Story({ incident }: { incident: IncidentSummary }) {
  const now = useNow();
  const when = (at: string) => (
    <>
      <Ago at={at} /> (<At at={at} />)
    </>
  );
  return (
    <Grid columnGap={10} mb={6} rowGap={2} templateColumns={{ base: "minmax(0, 1fr)", lg: "minmax(0, 1fr) minmax(0, 1fr)" }}>
      <Facts
        facts={[
          { name: "Since", value: when(incident.opened_at) },
          { name: "Last seen", value: when(incident.last_seen_at) },
          { name: "Resolved", value: incident.resolved_at === null ? null : when(incident.resolved_at) },
          { name: "Duration", value: formatDuration(between(incident.opened_at, incident.resolved_at ?? now)) },
          { name: "Occurrences", value: incident.occurrences },
        ]}
      />
      <Facts
        facts={[
          { name: "Kind", value: incident.kind },
          { name: "Cause", value: incident.cause },
          { name: "Table", value: incident.dataset === null ? null : <DatasetLink dataset={incident.dataset} /> },
          { name: incident.promise === null ? "Suite" : PROMISES[incident.promise], value: incident.suite },
          { name: "Partition", value: incident.partition_key },
          { name: "Data of", value: interval(incident) },
          { name: "First seen in", value: <OriginLinks origin={incident.origin} /> },
          { name: "Evidence", value: incident.suite === null ? null : <ResultsLink origin={incident.origin}>check results</ResultsLink> },
        ]}
      />
    </Grid>
  );
}

function Filled({ detail }: { detail: IncidentDetail }) {
  const { incident, timeline, notifications, may_resolve, reach } = detail;
  return (
    <>
      <Flex align="flex-start" gap={4} justify="space-between" mb={4} wrap="wrap">
        <Box flex="1 1 24rem">
          <HStack mb={2}>
            <SeverityBadge large severity={incident.severity} />
            <StatusBadge large status={incident.status} />
          </HStack>
          <Heading as="h1" size="lg">
            {incident.title}
          </Heading>
        </Box>
        {may_resolve ? <ResolveDialog incident={incident} /> : null}
      </Flex>
      <Reasons detail={detail} />
      <Story incident={incident} />
      <Section title="Timeline">
        <Timeline entries={timeline} />
      </Section>
      <Section title="Notifications">
        <Notifications notifications={notifications} reach={reach} />
      </Section>
    </>
  );
}

function Numbered({ id }: { id: number }) {
  return <Loaded query={useIncident(id)}>{(detail) => <Filled detail={detail} />}</Loaded>;
}

export function IncidentPage({ id }: { id: string }) {
  if (/^\d+$/.test(id)) return <Numbered id={Number(id)} />;
  return (
    <Empty title="No such incident">
      “{id}” is no number of an incident. Choose one from the <TextLink to={INCIDENTS}>list</TextLink>.
    </Empty>
  );
}
