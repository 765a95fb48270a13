import { Input, Text } from "@chakra-ui/react";
import { useSearchParams } from "react-router-dom";

import { useOverview } from "../shared/api/queries";
import type { Dataset, Overview } from "../shared/api/types";
import { fullName } from "../shared/components/DatasetLink";
import { Section } from "../shared/components/Shell";
import { Empty, Loaded } from "../shared/components/states";
import { Warnings } from "./Warnings";
import { LiveIncidents } from "../incidents/LiveIncidents";
import { SlaTable } from "../slo/SlaTable";
import { TablesTable } from "./TablesTable";
import { QUALITY_SNIPPET } from "../shared/snippets";

const matches = (dataset: Dataset, filter: string): boolean =>
  `${fullName(dataset)} ${dataset.short_name}`.toLowerCase().includes(filter.trim().toLowerCase());

function Filled({ overview }: { overview: Overview }) {
  const [params, setParams] = useSearchParams();
  const filter = params.get("q") ?? "";
  const tables = overview.tables.filter(({ dataset }) => matches(dataset, filter));
  const slas = overview.slas.filter(({ dataset }) => matches(dataset, filter));

  const setFilter = (text: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (text === "") next.delete("q");
        else next.set("q", text);
        return next;
      },
      { replace: true },
    );

  const box = (
    <Input
      aria-label="Filter tables by name"
      maxW="18rem"
      onChange={(event) => setFilter(event.target.value)}
      placeholder="Filter by name"
      size="sm"
      type="search"
      value={filter}
    />
  );
  return (
    <>
      <Section title={overview.live_incidents.length > 0 ? `Live incidents (${overview.live_incidents.length})` : "Live incidents"}>
        <LiveIncidents incidents={overview.live_incidents} />
      </Section>
      <Section extra={box} title={`Tables (${tables.length})`}>
        {tables.length > 0 ? (
          <TablesTable tables={tables} />
        ) : overview.tables.length > 0 ? (
          <Text color="fg.muted">No table is named like “{filter}”.</Text>
        ) : (
          <Empty code={QUALITY_SNIPPET} title="No results yet">
            Add a QualityCheckOperator to a Dag and run it. Its tables appear here.
          </Empty>
        )}
      </Section>
      {slas.length > 0 ? (
        <Section title={`Freshness SLAs (${slas.length})`}>
          <SlaTable slas={slas} />
        </Section>
      ) : null}
    </>
  );
}

export function OverviewPage() {
  return (
    <Loaded query={useOverview()}>
      {(overview) => (
        <>
          <Warnings overview={overview} />
          {overview.tables.length + overview.slas.length + overview.live_incidents.length > 0 ? (
            <Filled overview={overview} />
          ) : (
            <Empty code={QUALITY_SNIPPET} title="No results yet">
              Add a QualityCheckOperator to a Dag and run it. Its tables appear here.
            </Empty>
          )}
        </>
      )}
    </Loaded>
  );
}
