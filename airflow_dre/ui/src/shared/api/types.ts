/** The API's answers, field by field as in airflow_dre/api/schemas.py. Instants are ISO 8601 text. */

export type Outcome = "passed" | "warned" | "failed" | "errored" | "skipped";
export type IncidentStatus = "open" | "acknowledged" | "resolved";
export type IncidentSeverity = "low" | "medium" | "high" | "critical";

export interface Origin {
  dag_id: string | null;
  run_id: string | null;
  task_id: string | null;
  map_index: number | null;
  try_number: number | null;
}

export interface Dataset {
  namespace: string;
  name: string;
  short_name: string;
}

export interface IncidentSummary {
  id: number;
  kind: "data" | "pipeline";
  cause: string;
  title: string;
  status: IncidentStatus;
  severity: IncidentSeverity;
  dataset: Dataset | null;
  suite: string | null;
  promise: "suite" | "sla" | "deadline" | "slo" | "contract" | null;
  origin: Origin;
  data_interval_start: string | null;
  data_interval_end: string | null;
  partition_key: string | null;
  opened_at: string;
  last_seen_at: string;
  resolved_at: string | null;
  occurrences: number;
  reasons: string[];
  broken_checks: number | null;
  checks: number | null;
  owner: string | null;
  runbook_url: string | null;
}

export interface TimelineEntry {
  at: string;
  kind: string;
  summary: string;
  detail: string;
  actor: string | null;
  origin: Origin;
}

export interface Notification {
  route: string;
  event: string;
  status: "pending" | "sent" | "dead" | "moved";
  attempts: number;
  created_at: string;
  sent_at: string | null;
  last_error: string | null;
}

/** Who has heard that an incident was opened, and why not everybody. */
export interface Reach {
  state: "no_route" | "failed" | "waiting" | "notified";
  reason: string;
}

export interface IncidentDetail {
  incident: IncidentSummary;
  timeline: TimelineEntry[];
  notifications: Notification[];
  may_resolve: boolean;
  reach: Reach;
  log_url: string | null;
  results_url: string | null;
}

export interface IncidentList {
  incidents: IncidentSummary[];
  total: number;
}

export interface Range {
  low: number | null;
  high: number | null;
}

export interface Segment {
  value: string | null;
  outcome: Outcome;
  reason: string;
  observed: string | null;
  violations: number | null;
  rows: number | null;
}

export interface FailingRows {
  columns: string[];
  rows: { values: (string | null)[]; reason: string }[];
  missing: string | null;
  expires_at: string;
  expired: boolean;
}

export interface Result {
  key: string;
  has_sample: boolean;
  check_id: string;
  suite: string;
  name: string;
  kind: string;
  columns: string[];
  dimension: string;
  severity: "error" | "warn";
  description: string | null;
  owner: string | null;
  runbook: string | null;
  tags: string[];
  outcome: Outcome;
  reason: string;
  expected: string;
  observed: string | null;
  value: number | null;
  unit: string;
  violations: number | null;
  rows: number | null;
  warn: Range;
  fail: Range;
  row_filter: string | null;
  statement: string | null;
  by: string | null;
  segments: Segment[];
  engine: string;
  measured_at: string;
  seconds: number;
  data_interval_start: string | null;
  partition_key: string | null;
  origin: Origin;
}

export interface CheckHistory {
  latest: Result;
  history: Result[];
}

export type OutcomeCounts = Partial<Record<string, number>>;

export interface SuiteRun {
  suite: string;
  dataset: Dataset;
  outcome: Outcome;
  score: number | null;
  counts: OutcomeCounts;
  measured_at: string;
  seconds: number;
  queries: number;
  data_interval_start: string | null;
  origin: Origin;
}

export interface TableSummary {
  dataset: Dataset;
  outcome: Outcome;
  score: number | null;
  checks: OutcomeCounts;
  latest: SuiteRun;
  trend: SuiteRun[];
  live_incidents: IncidentSummary[];
}

export interface SlaSummary {
  name: string;
  dataset: Dataset;
  state: "met" | "missed" | "unknown";
  since: string;
  reason: string;
  evaluated_at: string;
  newest: string | null;
  max_age_seconds: number | null;
  monitor: string | null;
  last_look: string;
  overdue: boolean;
}

export interface MonitorSummary {
  dag_id: string;
  last_look: string;
  seconds_since: number;
  due_at: string | null;
  interval_seconds: number | null;
  overdue: boolean;
  slas: number;
}

export interface Overview {
  tables: TableSummary[];
  slas: SlaSummary[];
  live_incidents: IncidentSummary[];
  monitors: MonitorSummary[];
  config_problems: string[];
  spool_waiting: number | null;
  put_aside: number;
}

export interface TableDetail {
  dataset: Dataset;
  outcome: Outcome;
  score: number | null;
  checks: CheckHistory[];
  runs: SuiteRun[];
  slas: SlaSummary[];
  incidents: IncidentSummary[];
}

export interface TaskSuiteRun {
  run: SuiteRun;
  results: Result[];
}

export interface TaskResults {
  runs: TaskSuiteRun[];
}
