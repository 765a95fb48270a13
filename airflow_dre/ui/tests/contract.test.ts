import { existsSync, readFileSync, readdirSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { HOST_GLOBALS } from "../vite/host-globals";

const ROOT = `${import.meta.dirname}/..`;
const read = (path: string) => readFileSync(`${ROOT}/${path}`, "utf8");
const PINS: Readonly<Record<string, string>> = {
  "@chakra-ui/react": "3.36.1",
  "@emotion/react": "11.14.0",
  react: "19.2.8",
  "react-dom": "19.2.8",
  "react-router-dom": "7.18.2",
};

describe("the bundle", () => {
  it("is pinned to what Airflow 3.3.2 publishes", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    expect(dependencies).toMatchObject(PINS);
  });

  it("takes only what Airflow publishes, and carries no copy of it", () => {
    const contract = JSON.parse(read("dist/host-contract.json")) as Record<string, string[]>;
    for (const name of Object.keys(contract)) expect(Object.values(HOST_GLOBALS)).toContain(name);
    expect(existsSync(`${ROOT}/dist/main.js`)).toBe(true);
    for (const file of readdirSync(`${ROOT}/dist/chunks`)) {
      expect(read(`dist/chunks/${file}`)).not.toMatch(/__SECRET_INTERNALS|react\.transitional\.element/);
    }
  });
});
