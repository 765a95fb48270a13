import { keepPreviousData, QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { ApiError, get, post } from "./client";
import type { FailingRows, IncidentDetail, IncidentList, Overview, TableDetail, TaskResults } from "./types";

const REFRESH_MS = 30_000;

/** Retry errors of the server or the network only. */
const worthRetrying = (failures: number, error: Error): boolean =>
  failures < 2 && !(error instanceof ApiError && error.status < 500);

export const newQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: { refetchInterval: REFRESH_MS, refetchOnWindowFocus: "always", retry: worthRetrying, staleTime: 5_000 },
    },
  });

/** At module level, because Airflow mounts the page anew on every change of the path. */
export const queryClient = newQueryClient();

export const useOverview = () =>
  useQuery({ queryKey: ["overview"], queryFn: ({ signal }) => get<Overview>("overview", {}, signal) });

export const useTable = (namespace: string, name: string) =>
  useQuery({
    queryKey: ["table", namespace, name],
    queryFn: ({ signal }) => get<TableDetail>("table", { namespace, name }, signal),
  });

export type IncidentFilter = "live" | "resolved" | "all";
export const PAGE_SIZE = 50;

export const useIncidents = (status: IncidentFilter, page: number) =>
  useQuery({
    queryKey: ["incidents", status, page],
    queryFn: ({ signal }) =>
      get<IncidentList>("incidents", { status, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE }, signal),
    placeholderData: keepPreviousData,
  });

export const useIncident = (id: number) =>
  useQuery({
    queryKey: ["incident", id],
    queryFn: ({ signal }) => get<IncidentDetail>(`incidents/${id}`, {}, signal),
  });

export interface TaskInstanceKey {
  dagId: string;
  runId: string;
  taskId: string;
  /** Absent for a task that is not mapped. */
  mapIndex?: number | undefined;
}

export const useTaskResults = ({ dagId, runId, taskId, mapIndex }: TaskInstanceKey) =>
  useQuery({
    queryKey: ["task-results", dagId, runId, taskId, mapIndex],
    queryFn: ({ signal }) =>
      get<TaskResults>("task-results", { dag_id: dagId, run_id: runId, task_id: taskId, map_index: mapIndex }, signal),
  });

/** Requested once each time they are opened, since each view is logged, and dropped when they are closed. */
export const useFailingRows = (key: string) =>
  useQuery({
    queryKey: ["failing-rows", key],
    queryFn: ({ signal }) => get<FailingRows>(`results/${key}/rows`, {}, signal),
    gcTime: 0,
    refetchInterval: false,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
  });

export function useResolve(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (note: string) => post<IncidentDetail>(`incidents/${id}/resolve`, { note }),
    onSuccess: (detail) => {
      client.setQueryData(["incident", id], detail);
      for (const key of ["overview", "table", "incidents"]) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}
