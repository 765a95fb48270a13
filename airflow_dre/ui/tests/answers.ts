import type { FailingRows, IncidentDetail, IncidentSummary, Origin, Overview, Result, SuiteRun, TableDetail, TableSummary } from "../src/shared/api/types";

const origin: Origin = { dag_id: "flights", run_id: "scheduled__2013-02-01", task_id: "check", map_index: -1, try_number: 1 };

/** A result of not_null(dep_time), with changes. */
export const result = (changes: Partial<Result> = {}): Result => ({
  key: "ab".repeat(32),
  has_sample: false,
  check_id: "0123456789abcdef",
  suite: "flights monthly",
  name: "not_null(dep_time)",
  kind: "not_null",
  columns: ["dep_time"],
  dimension: "completeness",
  severity: "error",
  description: null,
  owner: null,
  runbook: null,
  tags: [],
  outcome: "failed",
  reason: "1261 of 24951 rows (5.054%) break it, more than 5%",
  expected: "at most 5% violating (warn above 2%)",
  observed: "5.054",
  value: 5.054,
  unit: "%",
  violations: 1261,
  rows: 24951,
  warn: { low: null, high: 2 },
  fail: { low: null, high: 5 },
  row_filter: null,
  statement: "SELECT 1",
  by: null,
  segments: [],
  engine: "sqlite",
  measured_at: "2026-11-24T01:00:00Z",
  seconds: 0.1,
  data_interval_start: "2013-02-01T00:00:00Z",
  partition_key: null,
  origin,
  ...changes,
});

export const failingRows = (changes: Partial<FailingRows> = {}): FailingRows => ({
  columns: ["flight", "dep_time"],
  rows: [{ values: ["<b>UA 1545</b>", null], reason: "dep_time is NULL" }],
  missing: null,
  expires_at: "2026-12-01T01:00:00Z",
  expired: false,
  ...changes,
});

export const incident = (changes: Partial<IncidentSummary> = {}): IncidentSummary => ({
  id: 7,
  kind: "data",
  cause: "checks_failed",
  title: "flights: 1 of 11 checks failed",
  status: "open",
  severity: "high",
  dataset: { namespace: "sqlite:///w.db", name: "main.flights", short_name: "flights" },
  suite: "flights monthly",
  promise: "suite",
  origin,
  data_interval_start: null,
  data_interval_end: null,
  partition_key: null,
  opened_at: "2026-11-24T01:00:00Z",
  last_seen_at: "2026-11-24T01:00:00Z",
  resolved_at: null,
  occurrences: 1,
  reasons: [],
  broken_checks: null,
  checks: null,
  owner: null,
  runbook_url: null,
  ...changes,
});

export const detail = (changes: Partial<IncidentDetail> = {}): IncidentDetail => ({
  incident: incident(),
  timeline: [{ at: "2026-11-24T01:00:00Z", kind: "open", summary: "flights broke", detail: "<img src=x>", actor: null, origin }],
  notifications: [],
  may_resolve: true,
  reach: { state: "no_route", reason: "No route is named for this incident." },
  log_url: null,
  results_url: null,
  ...changes,
});

const dataset = { namespace: "sqlite:///w.db", name: "main.flights", short_name: "flights" };

export const run = (changes: Partial<SuiteRun> = {}): SuiteRun => ({
  suite: "flights monthly",
  dataset,
  outcome: "failed",
  score: 90.9,
  counts: { passed: 10, failed: 1 },
  measured_at: "2026-11-24T01:00:00Z",
  seconds: 1.25,
  queries: 2,
  data_interval_start: "2013-02-01T00:00:00Z",
  origin,
  ...changes,
});

export const summary = (name: string, outcome: SuiteRun["outcome"]): TableSummary => ({
  dataset: { ...dataset, name: `main.${name}`, short_name: name },
  outcome,
  score: 50,
  checks: { [outcome]: 3 },
  latest: run({ outcome }),
  trend: [run({ outcome })],
  live_incidents: [],
});

export const table = (...latest: readonly Result[]): TableDetail => ({
  dataset,
  outcome: "failed",
  score: 90.9,
  checks: latest.map((one) => ({ latest: one, history: [one] })),
  runs: [run()],
  slas: [],
  incidents: [],
});

export const nothing: Overview = {
  tables: [],
  slas: [],
  live_incidents: [],
  monitors: [],
  config_problems: [],
  spool_waiting: 0,
  put_aside: 0,
};
