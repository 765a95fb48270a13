import { describe, expect, it } from "vitest";

import { spread, thresholds } from "../src/shared/chart/thresholds";
import { result } from "./answers";

const open = { low: null, high: null };
const held = (high: number) => result({ warn: open, fail: { low: null, high } });

describe("thresholds", () => {
  it("follow a change, and hold the newest value", () => {
    const [fail] = thresholds([held(8), held(8), held(5)]);
    expect(fail?.stretches).toEqual([
      { from: 0, to: 1, value: 8 },
      { from: 2, to: 2, value: 5 },
    ]);
    expect(fail).toMatchObject({ level: "fail", side: "above", value: 5 });
  });

  it("go on where a check could not look", () => {
    const blind = result({ outcome: "errored", value: null, warn: open, fail: open });
    expect(thresholds([held(5), blind, held(5)])[0]?.stretches).toEqual([{ from: 0, to: 2, value: 5 }]);
  });

  it("stay when the latest result is the one that could not look", () => {
    const blind = result({ outcome: "errored", value: null, warn: open, fail: open });
    expect(thresholds([held(5), blind])).toHaveLength(1);
  });

  it("are one line where only one value will do", () => {
    const exact = result({ warn: open, fail: { low: 12, high: 12 } });
    expect(thresholds([exact])).toMatchObject([{ side: "unless", value: 12 }]);
  });

  it("only warn where the check only warns", () => {
    expect(thresholds([result({ severity: "warn", warn: open })])).toMatchObject([{ level: "warn", value: 5 }]);
  });
});

describe("labels", () => {
  it("move apart and stay above the floor", () => {
    expect(spread([100, 98, 20], 13, 100)).toEqual([100, 87, 20]);
  });
});
