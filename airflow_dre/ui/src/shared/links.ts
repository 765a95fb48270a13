import type { Dataset, Origin } from "./api/types";

const NAV = "/plugin/reliability";
const RESULTS_TAB = "plugin/reliability-results";

export const OVERVIEW = NAV;
export const INCIDENTS = `${NAV}/incidents`;

export const incidentPath = (id: number): string => `${INCIDENTS}/${id}`;

export function tablePath(dataset: Dataset, checkId?: string): string {
  const query = new URLSearchParams({ namespace: dataset.namespace, name: dataset.name });
  if (checkId !== undefined) query.set("check", checkId);
  return `${NAV}/table?${query.toString()}`;
}

/** How deep an origin reaches, as paths of Airflow's own pages. */
export interface OriginPaths {
  dag: string | null;
  run: string | null;
  task: string | null;
}

export function originPaths(origin: Origin): OriginPaths {
  if (origin.dag_id === null) return { dag: null, run: null, task: null };
  const dag = `/dags/${encodeURIComponent(origin.dag_id)}`;
  if (origin.run_id === null) {
    return { dag, run: null, task: origin.task_id === null ? null : `${dag}/tasks/${encodeURIComponent(origin.task_id)}` };
  }
  const run = `${dag}/runs/${encodeURIComponent(origin.run_id)}`;
  if (origin.task_id === null) return { dag, run, task: null };
  const mapped = origin.map_index !== null && origin.map_index >= 0 ? `/mapped/${origin.map_index}` : "";
  return { dag, run, task: `${run}/tasks/${encodeURIComponent(origin.task_id)}${mapped}` };
}

/** The tab with the check results of the task instance that `origin` names, or null where it names none. */
export function resultsPath(origin: Origin): string | null {
  const { run, task } = originPaths(origin);
  return run === null || task === null ? null : `${task}/${RESULTS_TAB}`;
}

/** The runbook's address if a browser may open it: nothing but http and https. */
export function safeUrl(text: string): string | null {
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}
