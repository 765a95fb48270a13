import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvents from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import HistoryChart from "../src/shared/chart/HistoryChart";
import { IncidentPage } from "../src/incidents/IncidentPage";
import { OverviewPage } from "../src/quality/OverviewPage";
import type { MonitorSummary, Overview, SlaSummary } from "../src/shared/api/types";
import { detail, incident, nothing, result } from "./answers";
import { serve, show } from "./show";

// An open dialog blocks the pointer outside it, which happy-dom takes for inside as well.
const userEvent = userEvents.setup({ pointerEventsCheck: 0 });

describe("the history chart", () => {
  it("draws both thresholds with their values and every result", () => {
    const { container } = show(<HistoryChart history={[result({ outcome: "passed", value: 1.9 }), result()]} latest={result()} />);
    const labels = [...container.querySelectorAll("svg text")].map((label) => label.textContent);
    expect(labels.join(" ")).toContain("fail above 5%");
    expect(labels.join(" ")).toContain("warn above 2%");
    expect(screen.getByRole("link", { name: /failed.*5\.054/i })).toHaveAttribute("href", expect.stringContaining("reliability-results"));
  });

  it("says so where there is no number to draw", () => {
    show(<HistoryChart history={[result({ value: null })]} latest={result({ value: null })} />);
    expect(screen.getByText(/no line to draw/)).toBeVisible();
  });
});

describe("the overview", () => {
  it("says what to do next where nothing was checked yet", async () => {
    serve(() => ({ body: nothing }));
    show(<OverviewPage />);
    expect(await screen.findByText(/No results yet/)).toBeVisible();
    expect(screen.getByText(/QualityCheckOperator\(/)).toBeVisible();
  });

  it("tells what the server said and asks again", async () => {
    let calls = 0;
    serve(() => (calls++ === 0 ? { status: 503, body: { detail: "The results store does not answer." } } : { body: nothing }));
    show(<OverviewPage />);
    expect(await screen.findByText(/The results store does not answer/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: /again|retry/i }));
    expect(await screen.findByText(/No results yet/)).toBeVisible();
  });
});

describe("what keeps the overview from being the whole truth", () => {
  const monitor: MonitorSummary = {
    dag_id: "reliability_monitor",
    last_look: "2026-11-24T01:00:00Z",
    seconds_since: 7200,
    due_at: "2026-11-24T01:05:00Z",
    interval_seconds: 300,
    overdue: true,
    slas: 1,
  };
  const cases: readonly [string, Partial<Overview>, RegExp][] = [
    ["a mistake in the configuration", { config_problems: ["[dre] routes: 'x' is no JSON object"] }, /routes: 'x' is no JSON object/],
    ["a monitor that does not look", { monitors: [monitor] }, /Monitor reliability_monitor does not look/],
    ["a record that no store takes", { put_aside: 1 }, /^1 record could not be stored$/],
    ["deliveries that wait in the spool", { spool_waiting: 2 }, /^2 deliveries wait to be stored$/],
  ];
  it.each(cases)("is said of %s, also where there are no results", async (_, changes, words) => {
    serve(() => ({ body: { ...nothing, ...changes } }));
    show(<OverviewPage />);
    expect(await screen.findByText(words)).toBeVisible();
    expect(screen.getByText(/No results yet/)).toBeVisible();
  });

  it("shows an SLA with due times alone without an age", async () => {
    const sla: SlaSummary = {
      name: "orders by 8",
      dataset: { namespace: "postgres://w", name: "shop.orders", short_name: "orders" },
      state: "missed",
      since: "2026-11-24T07:00:00Z",
      reason: "nothing new since yesterday",
      evaluated_at: "2026-11-24T07:01:00Z",
      newest: null,
      max_age_seconds: null,
      monitor: "reliability_monitor",
      last_look: "2026-11-24T07:01:00Z",
      overdue: false,
    };
    serve(() => ({ body: { ...nothing, slas: [sla] } }));
    show(<OverviewPage />);
    expect(await screen.findByText("by its due times")).toBeVisible();
  });

  it("is nothing where all is well", async () => {
    serve(() => ({ body: { ...nothing, monitors: [{ ...monitor, overdue: false }], spool_waiting: null } }));
    show(<OverviewPage />);
    expect(await screen.findByText(/No results yet/)).toBeVisible();
    expect(screen.queryByText(/does not look|wait to be stored|could not be stored|has mistakes/)).toBeNull();
  });
});

describe("an incident", () => {
  it("says why, who owns it, and where the runbook and the log are", async () => {
    const told = incident({
      reasons: ["not_null(id): 1 of 1 rows break it"],
      broken_checks: 2,
      checks: 3,
      owner: "team-shop",
      runbook_url: "https://wiki.example/orders",
    });
    const log_url = `${new URL(document.baseURI).origin}/dags/flights/runs/r/tasks/check?try_number=1`;
    serve(() => ({ body: detail({ incident: told, log_url }) }));
    show(<IncidentPage id="7" />);
    expect(await screen.findByText("Why: 2 of 3 checks broken")).toBeVisible();
    expect(screen.getByText("not_null(id): 1 of 1 rows break it")).toBeVisible();
    expect(screen.getByText("and 1 more check")).toBeVisible();
    expect(screen.getByText("Owner: team-shop")).toBeVisible();
    expect(screen.getByRole("link", { name: "https://wiki.example/orders" })).toHaveAttribute("href", "https://wiki.example/orders");
    expect(screen.getByRole("link", { name: "Task log" })).toHaveAttribute("href", "/dags/flights/runs/r/tasks/check?try_number=1");
  });

  it("makes no link of a runbook that a browser must not open", async () => {
    serve(() => ({ body: detail({ incident: incident({ runbook_url: "javascript:alert(1)" }) }) }));
    show(<IncidentPage id="7" />);
    expect(await screen.findByText(/javascript:alert\(1\)/)).toBeVisible();
    expect(screen.queryByRole("link", { name: /javascript/ })).toBeNull();
  });

  it("names the promise and the partition it is about", async () => {
    serve(() => ({ body: detail({ incident: incident({ promise: "sla", suite: "by 8", partition_key: "2026-11-23" }) }) }));
    show(<IncidentPage id="7" />);
    expect(await screen.findByText("SLA")).toBeVisible();
    expect(screen.getByText("2026-11-23")).toBeVisible();
  });

  it("says why nobody was told", async () => {
    serve(() => ({ body: detail({ reach: { state: "failed", reason: "Route oncall is not configured." } }) }));
    show(<IncidentPage id="7" />);
    expect(await screen.findByText("Route oncall is not configured.")).toBeVisible();
  });

  it("is resolved with a note", async () => {
    let sent: unknown;
    serve((path, init) => {
      if (init?.method !== "POST") return { body: detail() };
      sent = [path, JSON.parse(String(init.body))];
      return { body: detail({ may_resolve: false, incident: incident({ status: "resolved", resolved_at: "2026-11-24T02:00:00Z" }) }) };
    });
    show(<IncidentPage id="7" />);
    await userEvent.click(await screen.findByRole("button", { name: "Resolve" }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.type(dialog.querySelector("textarea") as HTMLTextAreaElement, "known");
    const buttons = [...dialog.querySelectorAll("button")];
    fireEvent.click(buttons.find((button) => button.textContent?.trim().startsWith("Resolve")) as HTMLButtonElement);
    await waitFor(() => expect(sent).toEqual([expect.stringContaining("dre/api/incidents/7/resolve"), { note: "known" }]));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Resolve" })).toBeNull());
  });

  it("keeps the dialog open and says why where it was not resolved", async () => {
    serve((_, init) => (init?.method === "POST" ? { status: 409, body: { detail: "The incident is resolved already" } } : { body: detail() }));
    show(<IncidentPage id="7" />);
    await userEvent.click(await screen.findByRole("button", { name: "Resolve" }));
    fireEvent.click(await screen.findByRole("button", { name: "Resolve incident" }));
    expect(await screen.findByText("The incident is resolved already")).toBeVisible();
    expect(screen.getByRole("button", { name: "Resolve incident" })).toBeEnabled();
  });

  it("shows text of a failure as text", async () => {
    serve(() => ({ body: detail({ may_resolve: false }) }));
    const { container } = show(<IncidentPage id="7" />);
    expect(await screen.findByText("<img src=x>")).toBeVisible();
    expect(container.querySelector("img")).toBeNull();
    expect(screen.queryByRole("button", { name: "Resolve" })).toBeNull();
  });
});
