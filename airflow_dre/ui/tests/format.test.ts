import { act, renderHook } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import { absolute, relative, formatDuration } from "../src/shared/format/time";
import { amount, observed } from "../src/shared/format/values";
import { useTimezone } from "../src/shared/host";
import { originPaths, resultsPath, safeUrl } from "../src/shared/links";
import { result } from "./answers";

afterEach(() => localStorage.clear());

describe("times", () => {
  it("are told in two units at most", () => {
    expect([0.04, 1.31, 45, 3_600, 97_261].map(formatDuration)).toEqual(["40 ms", "1.3 s", "45 s", "1 h", "1 d 3 h"]);
  });

  it("are told in a zone", () => {
    expect(absolute("2026-07-01T12:00:00Z", "Asia/Tokyo")).toBe("2026-07-01 21:00:00 GMT+9");
    expect(relative("2026-07-01T12:00:00Z", Date.parse("2026-07-01T15:30:00Z"))).toBe("3 h ago");
  });

  it("follow the zone that is chosen in Airflow", () => {
    localStorage.setItem("timezone", '"Asia/Tokyo"');
    const { result: zone } = renderHook(useTimezone);
    expect(zone.current).toBe("Asia/Tokyo");
    act(() => {
      localStorage.setItem("timezone", '"Europe/Paris"');
      globalThis.dispatchEvent(new Event("local-storage"));
    });
    expect(zone.current).toBe("Europe/Paris");
  });

  it("survive a zone that is none", () => {
    localStorage.setItem("timezone", '"Nowhere"');
    expect(renderHook(useTimezone).result.current).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });
});

describe("values", () => {
  it("carry their unit", () => {
    expect([amount(12_345, "rows"), amount(5.054, "%"), amount(90_000, "seconds")]).toEqual(["12,345 rows", "5.054%", "1 d 1 h"]);
  });

  it("that are instants are told in the zone, dates and texts as they are", () => {
    const seen = { unit: "", value: Date.parse("2026-07-01T12:00:00Z") / 1000 };
    expect(observed(result({ ...seen, observed: "2026-07-01T12:00:00+00:00" }), "Asia/Tokyo")).toBe("2026-07-01 21:00:00 GMT+9");
    expect(observed(result({ ...seen, observed: "2026-07-01" }), "Asia/Tokyo")).toBe("2026-07-01");
    expect(observed(result({ unit: "", value: null, observed: "AA" }), "UTC")).toBe("AA");
  });
});

describe("links", () => {
  const origin = { dag_id: "a b", run_id: "manual__2026-07-01T00:00:00+00:00", task_id: "g.check", map_index: 3, try_number: 1 };

  it("lead to the very task instance", () => {
    expect(resultsPath(origin)).toBe(
      "/dags/a%20b/runs/manual__2026-07-01T00%3A00%3A00%2B00%3A00/tasks/g.check/mapped/3/plugin/reliability-results",
    );
    expect(resultsPath({ ...origin, map_index: -1 })).not.toContain("mapped");
    expect(resultsPath({ ...origin, run_id: null })).toBeNull();
    expect(originPaths({ ...origin, dag_id: null })).toEqual({ dag: null, run: null, task: null });
  });

  it("of runbooks are http or https, or no links", () => {
    expect(safeUrl("https://wiki/run")).toBe("https://wiki/run");
    for (const text of ["javascript:alert(1)", "data:text/html,x", "see the wiki"]) expect(safeUrl(text)).toBeNull();
  });
});
