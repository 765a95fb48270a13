import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { OutcomeBadge } from "../src/shared/components/badges";
import { Counts } from "../src/shared/components/Counts";
import { OutcomeStrip } from "../src/shared/components/OutcomeStrip";
import { WORST_FIRST } from "../src/shared/outcomes";
import { run } from "./answers";
import { show } from "./show";

describe("an outcome", () => {
  it.each(WORST_FIRST)("is told by a word and a shape: %s", (outcome) => {
    show(<OutcomeBadge outcome={outcome} />);
    const badge = screen.getByText(new RegExp(outcome, "i"));
    expect(badge.querySelector("path")).not.toBeNull();
  });

  it("is counted, worst first", () => {
    show(<Counts counts={{ passed: 7, failed: 2, warned: 0 }} />);
    expect(screen.getAllByRole("img").map((count) => count.getAttribute("aria-label"))).toEqual(["2 failed", "7 passed"]);
  });
});

describe("a strip of outcomes", () => {
  const cells = Array.from({ length: 34 }, (_, at) => run({ outcome: at === 33 ? "failed" : "passed" }));

  it("holds the last thirty and sums them up", () => {
    show(<OutcomeStrip cells={cells} what="runs" />);
    const strip = screen.getByRole("list", { name: "Last 30 runs, oldest first: 1 failed, 29 passed" });
    expect(within(strip).getAllByRole("listitem")).toHaveLength(30);
  });

  it("leads from each cell to its run, without a stop of the tab key", () => {
    show(<OutcomeStrip cells={[run()]} what="runs" />);
    const link = screen.getByRole("link", { name: /^failed, / });
    expect(link).toHaveAttribute("href", "/dags/flights/runs/scheduled__2013-02-01/tasks/check/plugin/reliability-results");
    expect(link).toHaveAttribute("tabindex", "-1");
  });
});
