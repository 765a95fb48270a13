import { useSyncExternalStore } from "react";

/** The path that Airflow is served under, with a slash at its end. */
export const basePath = (): string => new URL(document.baseURI).pathname;

/** Leaves for Airflow's login page, which comes back here. */
export function goToLogin(): void {
  globalThis.location.replace(`${basePath()}api/v2/auth/login?next=${encodeURIComponent(globalThis.location.href)}`);
}

const TIMEZONE_KEY = "timezone";

function readTimezone(): string {
  const fallback = Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    const stored: unknown = JSON.parse(globalThis.localStorage.getItem(TIMEZONE_KEY) ?? "null");
    if (typeof stored !== "string") return fallback;
    new Intl.DateTimeFormat("en", { timeZone: stored });
    return stored;
  } catch {
    return fallback;
  }
}

function onStorage(changed: () => void): () => void {
  // Airflow announces a change to its own tab by "local-storage", and the browser announces it to other tabs by "storage".
  const events = ["local-storage", "storage"];
  events.forEach((event) => globalThis.addEventListener(event, changed));
  return () => events.forEach((event) => globalThis.removeEventListener(event, changed));
}

/** The time zone that the user chose in Airflow. */
export const useTimezone = (): string => useSyncExternalStore(onStorage, readTimezone);
