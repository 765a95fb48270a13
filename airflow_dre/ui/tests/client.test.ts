import { describe, expect, it, vi } from "vitest";

import { ApiError, get } from "../src/shared/api/client";
import * as host from "../src/shared/host";

const answer = (status: number, body: string) => vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response(body, { status }));
const ask = () => get("overview", {}, new AbortController().signal);

describe("the client", () => {
  it("tells what the API says about a failure", async () => {
    answer(404, '{"detail": "No results of this table"}');
    await expect(ask()).rejects.toThrow(new ApiError(404, "No results of this table"));
  });

  it("has words of its own for an answer that is no JSON", async () => {
    answer(502, "<html>");
    await expect(ask()).rejects.toThrow("The server answered 502.");
  });

  it("sends a stranger to the login page and back", async () => {
    const replace = vi.fn();
    vi.spyOn(globalThis, "location", "get").mockReturnValue({ ...globalThis.location, href: "http://a/plugin/reliability", replace } as unknown as Location);
    answer(401, "{}");
    await expect(ask()).rejects.toThrow();
    expect(replace).toHaveBeenCalledWith(expect.stringContaining("api/v2/auth/login?next="));
    expect(host.basePath()).toBeTruthy();
  });
});
