import { Badge, Box, Code, Grid, HStack, Heading, Link, Skeleton, Stack } from "@chakra-ui/react";
import { lazy, Suspense } from "react";

import type { CheckHistory, Result } from "../shared/api/types";
import { formatDuration } from "../shared/format/time";
import { count } from "../shared/format/values";
import { plural } from "../shared/format/words";
import { safeUrl } from "../shared/links";
import { RAISED } from "../shared/surface";
import { SegmentsTable } from "./SegmentsTable";
import { FailingRows } from "./FailingRows";
import { Facts } from "../shared/components/Facts";
import { OriginLinks, ResultsLink } from "../shared/components/OriginLinks";
import { Ago, At } from "../shared/components/When";

const HistoryChart = lazy(() => import("../shared/chart/HistoryChart"));

function Runbook({ text }: { text: string }) {
  const url = safeUrl(text);
  if (url === null) return text;
  return (
    <Link color="fg.info" href={url} rel="noreferrer noopener" target="_blank">
      {text}
    </Link>
  );
}

function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <HStack gap={1} wrap="wrap">
      {tags.map((tag) => (
        <Badge key={tag} variant="outline">
          {tag}
        </Badge>
      ))}
    </HStack>
  );
}

const violations = ({ violations: broken, rows }: Result) =>
  broken === null || rows === null ? null : `${count(broken)} of ${plural(rows, "row", "rows")}`;

const factsOf = (latest: Result) => [
  { name: "Description", value: latest.description },
  { name: "Owner", value: latest.owner },
  { name: "Runbook", value: latest.runbook === null ? null : <Runbook text={latest.runbook} /> },
  { name: "Tags", value: latest.tags.length === 0 ? null : <Tags tags={latest.tags} /> },
  { name: "Kind", value: latest.columns.length === 0 ? latest.kind : `${latest.kind} on ${latest.columns.join(", ")}` },
  { name: "Severity", value: latest.severity === "warn" ? "warn: it never fails the task" : "error" },
  { name: "Suite", value: latest.suite },
  { name: "Violations", value: violations(latest) },
  { name: "Measured", value: <Ago at={latest.measured_at} /> },
  { name: "Data interval", value: latest.data_interval_start === null ? null : <At at={latest.data_interval_start} /> },
  { name: "Partition", value: latest.partition_key },
  { name: "Run by", value: <OriginLinks origin={latest.origin} /> },
  { name: "Answered by", value: `${latest.engine} in ${formatDuration(latest.seconds)}` },
  { name: "Judged by", value: latest.by === null ? null : <Code>{latest.by}</Code> },
  { name: "Row filter", value: latest.row_filter === null ? null : <Code>{latest.row_filter}</Code> },
];

/** The history of a check as a chart, and everything known about it. */
export function CheckDetail({ check }: { check: CheckHistory }) {
  const { latest, history } = check;
  return (
    // As wide as the frame of the table, not as the table, which may be scrolled sideways.
    <Box bg={RAISED} left={0} maxW="full" position="sticky" px={4} py={4} w="100cqw">
      <Grid gap={6} templateColumns={{ base: "minmax(0, 1fr)", xl: "minmax(0, 3fr) minmax(0, 2fr)" }}>
        <Stack gap={2} minW={0}>
          <HStack justify="space-between">
            <Heading as="h3" size="sm">
              Observed value, last {history.length === 1 ? "result" : `${history.length} results`}
            </Heading>
            <ResultsLink origin={latest.origin}>latest results</ResultsLink>
          </HStack>
          <Suspense fallback={<Skeleton h="260px" />}>
            <HistoryChart history={history} latest={latest} />
          </Suspense>
        </Stack>
        <Facts facts={factsOf(latest)} />
      </Grid>
      {latest.by === null || latest.segments.length === 0 ? null : (
        <Box mt={4}>
          <Heading as="h3" mb={1} size="sm">
            By {latest.by}, worst first
          </Heading>
          <SegmentsTable by={latest.by} segments={latest.segments} unit={latest.unit} />
        </Box>
      )}
      {latest.has_sample ? <FailingRows key={latest.key} resultKey={latest.key} /> : null}
      {latest.statement === null ? null : (
        <Box mt={4}>
          <Heading as="h3" mb={1} size="sm">
            Statement
          </Heading>
          <Code as="pre" display="block" fontSize="xs" maxH="16rem" overflow="auto" p={3} tabIndex={0} whiteSpace="pre-wrap" wordBreak="break-word">
            {latest.statement}
          </Code>
        </Box>
      )}
    </Box>
  );
}
