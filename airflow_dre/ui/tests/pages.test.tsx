import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvents from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import HistoryChart from "../src/chart/HistoryChart";
import { IncidentPage } from "../src/pages/IncidentPage";
import { OverviewPage } from "../src/pages/OverviewPage";
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

describe("an incident", () => {
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
