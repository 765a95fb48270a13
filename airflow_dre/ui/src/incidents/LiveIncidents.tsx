import { Box, Flex, HStack, Stack, Text } from "@chakra-ui/react";

import type { IncidentSummary } from "../shared/api/types";
import { SeverityBadge, StatusBadge } from "../shared/components/badges";
import { DatasetLink } from "../shared/components/DatasetLink";
import { TextLink } from "../shared/components/TextLink";
import { Ago } from "../shared/components/When";
import { incidentPath, INCIDENTS } from "../shared/links";
import { SEVERITY_PALETTE } from "../shared/outcomes";

const SHOWN = 5;
const BY_SEVERITY: readonly IncidentSummary["severity"][] = ["critical", "high", "medium", "low"];

const worstFirst = (incidents: readonly IncidentSummary[]): IncidentSummary[] =>
  [...incidents].sort(
    (a, b) =>
      BY_SEVERITY.indexOf(a.severity) - BY_SEVERITY.indexOf(b.severity) || Date.parse(b.opened_at) - Date.parse(a.opened_at),
  );

function Row({ incident, withDataset }: { incident: IncidentSummary; withDataset: boolean }) {
  return (
    <Flex
      align="center"
      aria-label={incident.title}
      as="li"
      borderLeftColor={`${SEVERITY_PALETTE[incident.severity]}.solid`}
      borderLeftWidth="4px"
      columnGap={4}
      px={3}
      py={2}
      rowGap={1}
      wrap="wrap"
    >
      <Box w="4.5rem">
        <SeverityBadge severity={incident.severity} />
      </Box>
      <Box flex="1 1 16rem">
        <TextLink fontWeight="semibold" to={incidentPath(incident.id)}>
          {incident.title}
        </TextLink>
      </Box>
      <HStack color="fg.muted" fontSize="sm" gap={4} wrap="wrap">
        {incident.status === "open" ? null : <StatusBadge status={incident.status} />}
        {withDataset && incident.dataset !== null ? <DatasetLink dataset={incident.dataset} /> : null}
        <Text>
          since <Ago at={incident.opened_at} />
        </Text>
        <Text fontVariantNumeric="tabular-nums">
          {incident.occurrences === 1 ? "once" : `${incident.occurrences} times`}
        </Text>
      </HStack>
    </Flex>
  );
}

interface Props {
  readonly incidents: readonly IncidentSummary[];
  /** False on the page of the table itself. */
  readonly withDataset?: boolean;
}

/** What is broken now, worst first. */
export function LiveIncidents({ incidents, withDataset = true }: Props) {
  if (incidents.length === 0) {
    return (
      <Text borderLeftColor="success.solid" borderLeftWidth="4px" color="fg.muted" px={3} py={1}>
        No live incidents.
      </Text>
    );
  }
  const rest = incidents.length - SHOWN;
  return (
    <Stack bg="bg" borderRadius="md" borderWidth="1px" divideY="1px" gap={0} overflow="hidden">
      <Stack as="ul" divideY="1px" gap={0} listStyleType="none">
        {worstFirst(incidents)
          .slice(0, SHOWN)
          .map((incident) => (
            <Row incident={incident} key={incident.id} withDataset={withDataset} />
          ))}
      </Stack>
      {rest > 0 ? (
        <Box px={3} py={2}>
          <TextLink fontSize="sm" to={INCIDENTS}>
            {rest} more live {rest === 1 ? "incident" : "incidents"}
          </TextLink>
        </Box>
      ) : null}
    </Stack>
  );
}
