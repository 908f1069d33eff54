// @vitest-environment node
import { describe, expect, it } from "vitest";

import { ApiError, answered } from "./client";

const refused = (status: number, error: unknown, headers = {}) => Promise.resolve({ error, response: new Response(null, { status, headers }) });

async function problem(call: Promise<unknown>): Promise<ApiError> {
  try {
    await call;
  } catch (found) {
    if (found instanceof ApiError) return found;
  }
  throw new Error("no ApiError");
}

describe("answered", () => {
  it("gives the data", async () => {
    await expect(answered(Promise.resolve({ data: 7, response: new Response() }))).resolves.toBe(7);
  });

  it("keeps both sentences, the values and the wait", async () => {
    const body = { code: "TooManyRequests", message: "Wait.", message_zh: "请稍候。", details: { retry_after: 5 } };
    const found = await problem(answered(refused(429, body, { "Retry-After": "5" })));
    expect(found).toMatchObject({ status: 429, code: "TooManyRequests", message: "Wait.", messageZh: "请稍候。", retryAfter: 5 });
  });

  it("understands a proxy that answers for the server", async () => {
    expect(await problem(answered(refused(502, "<html>")))).toMatchObject({ status: 502, code: "Unreadable" });
  });

  it("says when nobody answers", async () => {
    expect(await problem(answered(Promise.reject(new TypeError("Failed to fetch"))))).toMatchObject({ status: 0, code: "Unreachable" });
  });

  it("lets a cancelled request be cancelled", async () => {
    const call = answered(Promise.reject(new DOMException("", "AbortError")));
    await expect(call).rejects.toBeInstanceOf(DOMException);
  });
});
