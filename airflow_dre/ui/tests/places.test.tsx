import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";

import { queryClient } from "../src/shared/api/queries";
import Pages from "../src/Pages";
import { incident, nothing, result, run, summary, table } from "./answers";
import { serve, show } from "./show";

const TABLE = "/plugin/reliability/table?namespace=sqlite%3A%2F%2F%2Fw.db&name=main.flights";

beforeEach(() => queryClient.clear());

const address = () => screen.getByTestId("address").textContent;

describe("the overview", () => {
  it("lists failing tables first and filters them in the address", async () => {
    serve(() => ({ body: { ...nothing, tables: [summary("a_fine", "passed"), summary("z_broken", "failed")], live_incidents: [incident()] } }));
    show(<Pages />);
    const rows = within(await screen.findByRole("table", { name: "Tables" })).getAllByRole("row").slice(1);
    expect(rows.map((row) => within(row).getAllByRole("link")[0]?.textContent)).toEqual(["z_broken", "a_fine"]);
    expect(screen.getByRole("link", { name: "flights: 1 of 11 checks failed" })).toHaveAttribute("href", "/plugin/reliability/incidents/7");
    await userEvent.type(screen.getByRole("searchbox"), "fine");
    expect(address()).toBe("/plugin/reliability?q=fine");
    expect(screen.queryByRole("link", { name: "z_broken" })).toBeNull();
  });
});

describe("the page of a table", () => {
  const risky = result({ check_id: "risky", name: "risky", runbook: "javascript:alert(1)", owner: "jo" });

  it("opens the check that the address names, with its statement and no unsafe link", async () => {
    const ask = serve(() => ({ body: table(risky, result({ name: "other" })) }));
    show(<Pages />, `${TABLE}&check=risky`);
    expect(await screen.findByText("SELECT 1")).toBeVisible();
    expect(screen.getByText("javascript:alert(1)").closest("a")).toBeNull();
    expect(screen.getByRole("button", { name: "risky" })).toHaveAttribute("aria-expanded", "true");
    expect(await screen.findByText("fail above 5%", { selector: "text" })).toBeInTheDocument();
    expect(String(ask.mock.calls[0]?.[0])).toContain("dre/api/table?namespace=sqlite%3A%2F%2F%2Fw.db&name=main.flights");
  });

  it("shows the worst values of the column that a check is judged by", async () => {
    const segments = [
      { value: "AA", outcome: "failed" as const, reason: "5 of 9 rows break it", observed: "5", violations: 5, rows: 9 },
      { value: null, outcome: "passed" as const, reason: "all 2 rows meet it", observed: "0", violations: 0, rows: 2 },
    ];
    serve(() => ({ body: table(result({ check_id: "risky", by: "carrier", segments })) }));
    show(<Pages />, `${TABLE}&check=risky`);
    const rows = within(await screen.findByRole("table", { name: "Worst values of carrier" })).getAllByRole("row");
    expect(rows.map((row) => row.textContent)).toEqual([
      "OutcomecarrierObservedViolationsReason",
      "FailedAA5%5 of 95 of 9 rows break it",
      "Passed(no value)0%0 of 2all 2 rows meet it",
    ]);
  });

  it("names the suites of checks where there are several", async () => {
    serve(() => ({ body: table(risky, result({ check_id: "b", name: "other", suite: "orders daily" })) }));
    show(<Pages />, TABLE);
    expect(await screen.findByText(/suite orders daily/)).toBeVisible();
    expect(screen.getByText(/suite flights monthly/)).toBeVisible();
  });

  it("keeps the open check in the address", async () => {
    serve(() => ({ body: table(risky) }));
    show(<Pages />, TABLE);
    await userEvent.click(await screen.findByRole("button", { name: "risky" }));
    expect(address()).toBe(`${TABLE}&check=risky`);
    await userEvent.keyboard("{Enter}");
    expect(address()).toBe(TABLE);
  });

  it("says that it may not be seen", async () => {
    serve(() => ({ status: 403, body: {} }));
    show(<Pages />, TABLE);
    expect(await screen.findByText("No access")).toBeVisible();
  });

  it("asks which table where the address names none", () => {
    show(<Pages />, "/plugin/reliability/table");
    expect(screen.getByText("Which table?")).toBeVisible();
  });
});

describe("the list of incidents", () => {
  it("asks for the page and status of the address", async () => {
    const ask = serve(() => ({ body: { incidents: [incident({ status: "resolved", resolved_at: "2026-11-24T03:00:00Z" })], total: 120 } }));
    show(<Pages />, "/plugin/reliability/incidents?status=resolved&page=2");
    expect(await screen.findByText("51 to 100 of 120")).toBeVisible();
    expect(String(ask.mock.calls[0]?.[0])).toContain("incidents?status=resolved&limit=50&offset=50");
    expect(screen.getByText("2 h")).toBeVisible();
    await userEvent.click(screen.getByRole("link", { name: "Older" }));
    expect(address()).toBe("/plugin/reliability/incidents?status=resolved&page=3");
  });

  it("is good news when empty", async () => {
    serve(() => ({ body: { incidents: [], total: 0 } }));
    show(<Pages />, "/plugin/reliability/incidents");
    expect(await screen.findByText("No live incidents")).toBeVisible();
  });
});

describe("the tab of a task instance", () => {
  const task = { dagId: "flights", runId: "scheduled__2013-02-01", taskId: "check" };

  it("shows the results of that run, worst first, each with its history", async () => {
    const results = [result({ name: "fine", check_id: "fine", outcome: "passed" }), result({ name: "broken", check_id: "broken" })];
    const ask = serve(() => ({ body: { runs: [{ run: run(), results }] } }));
    show(<Pages {...task} mapIndex="2" />);
    expect(await screen.findByText("24,951 rows · 2 queries · 1.3 s · try 1")).toBeVisible();
    const links = within(screen.getByRole("table")).getAllByRole("link");
    expect(links.map((link) => link.textContent)).toEqual(["broken", "fine"]);
    expect(links[0]).toHaveAttribute("href", `${TABLE}&check=broken`);
    expect(String(ask.mock.calls[0]?.[0])).toContain("map_index=2");
  });

  it("says what to do where there are none, and names no map index of a plain task", async () => {
    const ask = serve(() => ({ body: { runs: [] } }));
    show(<Pages {...task} />);
    await waitFor(() => expect(screen.getByText("No check results of this task instance")).toBeVisible());
    expect(String(ask.mock.calls[0]?.[0])).not.toContain("map_index");
  });
});
