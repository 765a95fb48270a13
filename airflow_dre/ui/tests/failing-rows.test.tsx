import { screen } from "@testing-library/react";
import userEvents from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { CheckDetail } from "../src/quality/CheckDetail";
import type { FailingRows } from "../src/shared/api/types";
import { failingRows, result } from "./answers";
import { serve, show } from "./show";

const userEvent = userEvents.setup({ pointerEventsCheck: 0 });

function showCheck(answer: { status?: number; body: unknown }, sampled = true) {
  const latest = result({ has_sample: sampled, value: null });
  const fetched = serve(() => answer);
  const { container } = show(<CheckDetail check={{ latest, history: [latest] }} />);
  return { container, fetched, key: latest.key };
}

const open = () => userEvent.click(screen.getByRole("button", { name: "Show failing rows" }));

describe("the failing rows of a check", () => {
  it("are asked for only when they are opened, and shown as text", async () => {
    const { container, fetched, key } = showCheck({ body: failingRows() });
    expect(fetched).not.toHaveBeenCalled();
    await open();
    expect(await screen.findByRole("table", { name: "Failing rows" })).toBeVisible();
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(String(fetched.mock.calls[0]?.[0])).toContain(`dre/api/results/${key}/rows`);
    expect(screen.getAllByRole("columnheader").map((header) => header.textContent)).toEqual(["flight", "dep_time", "Why"]);
    expect(screen.getByText("<b>UA 1545</b>")).toBeVisible();
    expect(container.querySelector("td b")).toBeNull();
    expect(screen.getByText("NULL")).toBeVisible();
    expect(screen.getByText("dep_time is NULL")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Hide failing rows" }));
    expect(screen.queryByRole("table", { name: "Failing rows" })).toBeNull();
  });

  it("are not offered where none were asked for", () => {
    showCheck({ body: failingRows() }, false);
    expect(screen.queryByRole("button", { name: /failing rows/ })).toBeNull();
  });

  it.each<[string, { status?: number; body: FailingRows | { detail: string } }, RegExp]>([
    ["why there are none", { body: failingRows({ rows: [], missing: "no single row is to blame" }) }, /No rows were kept: no single row/],
    ["that they were dropped", { body: failingRows({ rows: [], expired: true }) }, /The rows were dropped on/],
    ["that they are not for everybody", { status: 403, body: { detail: "Shown to those who may edit the Dag" } }, /Shown to those who may edit/],
    ["that they are not there", { status: 404, body: { detail: "No failing rows of this result" } }, /No failing rows of this result/],
  ])("say %s", async (_, answer, text) => {
    showCheck(answer);
    await open();
    expect(await screen.findByText(text)).toBeVisible();
    expect(screen.queryByRole("table", { name: "Failing rows" })).toBeNull();
  });
});
