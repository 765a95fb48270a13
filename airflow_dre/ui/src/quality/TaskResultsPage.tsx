import { Box, Flex, HStack, Text } from "@chakra-ui/react";

import { type TaskInstanceKey, useTaskResults } from "../shared/api/queries";
import type { TaskSuiteRun } from "../shared/api/types";
import { OutcomeBadge } from "../shared/components/badges";
import { Counts } from "../shared/components/Counts";
import { DatasetLink } from "../shared/components/DatasetLink";
import { Empty, Loaded } from "../shared/components/states";
import { Ago } from "../shared/components/When";
import { formatDuration } from "../shared/format/time";
import { score } from "../shared/format/values";
import { plural } from "../shared/format/words";
import { ResultsTable } from "./ResultsTable";
import { QUALITY_SNIPPET } from "../shared/snippets";

function factsOf({ run, results }: TaskSuiteRun): string {
  const rows = Math.max(-1, ...results.map((result) => result.rows ?? -1));
  const parts = [
    rows >= 0 ? plural(rows, "row", "rows") : null,
    plural(run.queries, "query", "queries"),
    formatDuration(run.seconds),
    run.origin.try_number === null ? null : `try ${run.origin.try_number}`,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

function Run({ found }: { found: TaskSuiteRun }) {
  const { run, results } = found;
  return (
    <Box as="section" aria-label={`Suite ${run.suite}`} mb={8}>
      <Flex align="center" columnGap={4} mb={2} rowGap={1} wrap="wrap">
        <OutcomeBadge large outcome={run.outcome} />
        <Text fontSize="md" fontWeight="semibold">
          {run.suite}
        </Text>
        <Text fontWeight="medium">Score {score(run.score)}</Text>
        <Counts counts={run.counts} />
        <HStack color="fg.muted" columnGap={4} fontSize="sm" ml="auto" wrap="wrap">
          <DatasetLink dataset={run.dataset} />
          <Text>{factsOf(found)}</Text>
          <Ago at={run.measured_at} />
        </HStack>
      </Flex>
      <ResultsTable dataset={run.dataset} results={results} />
    </Box>
  );
}

/** The tab of a task instance: what its own checks found. */
export function TaskResultsPage(task: TaskInstanceKey) {
  return (
    <Box px={2} py={3}>
      <Loaded query={useTaskResults(task)}>
        {({ runs }) =>
          runs.length > 0 ? (
            runs.map((found) => <Run found={found} key={`${found.run.suite}-${found.run.measured_at}`} />)
          ) : (
            <Empty code={QUALITY_SNIPPET} title="No check results of this task instance">
              Results appear once a QualityCheckOperator has checked its table. If this task is one, it has not run its checks yet: see its log.
            </Empty>
          )
        }
      </Loaded>
    </Box>
  );
}
