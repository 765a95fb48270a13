import { basePath, goToLogin } from "../host";

/** A response other than 2xx, with the reason that the API returned. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export type Params = Record<string, string | number | undefined>;

const USUAL: Readonly<Record<number, string>> = {
  401: "Your session has ended.",
  403: "You may not see this. Ask for read access to the Dag that it comes from.",
  404: "There is nothing here, or it was removed.",
};

async function detailOf(response: Response): Promise<string> {
  const usual = USUAL[response.status] ?? `The server answered ${response.status}.`;
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null && "detail" in body && typeof body.detail === "string") return body.detail;
  } catch {
    return usual;
  }
  return usual;
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`${basePath()}dre/api/${path}`, { credentials: "same-origin", ...init });
  if (response.ok) return (await response.json()) as T;
  if (response.status === 401) goToLogin();
  throw new ApiError(response.status, await detailOf(response));
}

export function get<T>(path: string, params: Params, signal: AbortSignal): Promise<T> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== undefined) query.set(name, String(value));
  const suffix = query.size > 0 ? `?${query.toString()}` : "";
  return call<T>(path + suffix, { signal, headers: { Accept: "application/json" } });
}

export function post<T>(path: string, body: unknown): Promise<T> {
  return call<T>(path, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}
