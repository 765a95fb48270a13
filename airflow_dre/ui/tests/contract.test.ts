// @vitest-environment node
import { readdirSync, readFileSync, statSync } from "node:fs";

import { build } from "vite";
import { beforeAll, describe, expect, it, vi } from "vitest";

import { HOST_GLOBALS } from "../vite/host-globals";

const ROOT = `${import.meta.dirname}/..`;
const read = (path: string) => readFileSync(`${ROOT}/${path}`, "utf8");

/** What Airflow 3.3.2 publishes. */
const PINS: Readonly<Record<string, string>> = {
  "@chakra-ui/react": "3.36.1",
  "@emotion/react": "11.14.0",
  react: "19.2.8",
  "react-dom": "19.2.8",
  "react-router-dom": "7.18.2",
};

const SHARED = /node_modules\/(react|react-dom|react-router|react-router-dom|scheduler|@chakra-ui|@ark-ui|@zag-js|@emotion)\//;

/** Modules of the bundle, chunk by chunk. */
const chunks = new Map<string, string[]>();

beforeAll(async () => {
  vi.stubEnv("NODE_ENV", "production");
  const built = await build({ root: ROOT, logLevel: "silent", build: { write: false } });
  for (const { output } of [built].flat() as { output: { type: string; fileName: string; modules?: object }[] }[]) {
    for (const { type, fileName, modules } of output) if (type === "chunk") chunks.set(fileName, Object.keys(modules ?? {}));
  }
  vi.unstubAllEnvs();
}, 30_000);

describe("the bundle", () => {
  it("is pinned to what Airflow publishes", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    expect(dependencies).toMatchObject(PINS);
    for (const [name, version] of Object.entries(PINS)) {
      expect((JSON.parse(read(`node_modules/${name}/package.json`)) as { version: string }).version).toBe(version);
    }
  });

  it("carries no copy of what Airflow publishes", () => {
    expect([...chunks.keys()]).toContain("main.js");
    expect([...chunks.values()].flat().filter((id) => SHARED.test(id))).toEqual([]);
  });

  it("loads the chart only where it is shown", () => {
    const withChart = [...chunks].filter(([, ids]) => ids.some((id) => id.includes("@visx"))).map(([file]) => file);
    expect(withChart).toEqual([expect.stringMatching(/^chunks\/HistoryChart-/)]);
  });

  it("is committed, takes only what Airflow publishes, and is small", () => {
    const contract = JSON.parse(read("dist/host-contract.json")) as Record<string, string[]>;
    for (const name of Object.keys(contract)) expect(Object.values(HOST_GLOBALS)).toContain(name);
    const sizes = ["main.js", ...readdirSync(`${ROOT}/dist/chunks`).map((file) => `chunks/${file}`)].map((file) => statSync(`${ROOT}/dist/${file}`).size);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(200_000);
  });

  it("names no registry", () => {
    expect(read("package-lock.json")).not.toContain('"resolved"');
  });
});
