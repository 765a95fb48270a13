import { Box, Code, Flex, Heading, HStack, Text } from "@chakra-ui/react";
import { useSearchParams } from "react-router-dom";

import { useTable } from "../shared/api/queries";
import type { TableDetail } from "../shared/api/types";
import { OutcomeBadge } from "../shared/components/badges";
import { fullName } from "../shared/components/DatasetLink";
import { OutcomeStrip } from "../shared/components/OutcomeStrip";
import { ResultsLink } from "../shared/components/OriginLinks";
import { Section } from "../shared/components/Shell";
import { Empty, Loaded } from "../shared/components/states";
import { TextLink } from "../shared/components/TextLink";
import { Ago } from "../shared/components/When";
import { score } from "../shared/format/values";
import { OVERVIEW } from "../shared/links";
import { ChecksTable } from "./ChecksTable";
import { IncidentTable } from "../incidents/IncidentTable";
import { LiveIncidents } from "../incidents/LiveIncidents";
import { SlaTable } from "../slo/SlaTable";
import { QUALITY_SNIPPET } from "../shared/snippets";

function Header({ table }: { table: TableDetail }) {
  const latest = table.runs.at(-1);
  return (
    <Flex align="flex-end" gap={6} justify="space-between" mb={6} wrap="wrap">
      <Box>
        <HStack gap={3} wrap="wrap">
          <Heading as="h1" size="lg">
            {table.dataset.short_name}
          </Heading>
          <OutcomeBadge large outcome={table.outcome} />
          <Text fontSize="md" fontWeight="semibold">
            Score {score(table.score)}
          </Text>
        </HStack>
        <Code color="fg.muted" mt={1} px={0} variant="plain" wordBreak="break-all">
          {fullName(table.dataset)}
        </Code>
      </Box>
      {latest === undefined ? null : (
        <Box textAlign="end">
          <OutcomeStrip cells={table.runs} what="runs" />
          <HStack color="fg.muted" fontSize="sm" gap={2} justify="flex-end" mt={1}>
            <Text>
              latest run <Ago at={latest.measured_at} />
            </Text>
            <ResultsLink origin={latest.origin} />
          </HStack>
        </Box>
      )}
    </Flex>
  );
}

function Filled({ table }: { table: TableDetail }) {
  const [params, setParams] = useSearchParams();
  const live = table.incidents.filter(({ status }) => status !== "resolved");
  const resolved = table.incidents.filter(({ status }) => status === "resolved");

  const select = (checkId: string | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (checkId === null) next.delete("check");
        else next.set("check", checkId);
        return next;
      },
      { replace: true },
    );

  return (
    <>
      <Header table={table} />
      {live.length > 0 ? (
        <Section title={`Live incidents (${live.length})`}>
          <LiveIncidents incidents={live} withDataset={false} />
        </Section>
      ) : null}
      <Section title={`Checks (${table.checks.length})`}>
        {table.checks.length > 0 ? (
          <ChecksTable checks={table.checks} select={select} selected={params.get("check")} />
        ) : (
          <Empty code={QUALITY_SNIPPET} title="No checks on this table">
            Add a QualityCheckOperator for it to a Dag and run it.
          </Empty>
        )}
      </Section>
      {table.slas.length > 0 ? (
        <Section title={`Freshness SLAs (${table.slas.length})`}>
          <SlaTable slas={table.slas} withDataset={false} />
        </Section>
      ) : null}
      {resolved.length > 0 ? (
        <Section title="Resolved incidents">
          <IncidentTable incidents={resolved} />
        </Section>
      ) : null}
    </>
  );
}

function Named({ namespace, name }: { namespace: string; name: string }) {
  return <Loaded query={useTable(namespace, name)}>{(table) => <Filled table={table} />}</Loaded>;
}

export function TablePage() {
  const [params] = useSearchParams();
  const namespace = params.get("namespace");
  const name = params.get("name");
  if (namespace === null || name === null) {
    return (
      <Empty title="Which table?">
        The address names no table. Choose one from the <TextLink to={OVERVIEW}>overview</TextLink>.
      </Empty>
    );
  }
  return <Named name={name} namespace={namespace} />;
}
