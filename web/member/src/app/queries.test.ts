import { ApiError } from "@siyu/api";
import { describe, expect, it } from "vitest";

import { pause, pressKey, worthRetrying } from "./queries";

const failed = (status: number, code: string): ApiError => new ApiError(status, code, "", "");

describe("asking again", () => {
  it("goes on while a sign-in is in the queue", () => {
    expect(worthRetrying(10, failed(503, "NotYetKnown"))).toBe(true);
    expect(pause(10, failed(503, "NotYetKnown"))).toBe(400);
  });

  it("helps where nobody answered, some times", () => {
    expect(worthRetrying(0, failed(0, "Unreachable"))).toBe(true);
    expect(worthRetrying(2, failed(0, "Unreachable"))).toBe(false);
  });

  it("does not help where the answer is no", () => {
    for (const status of [400, 401, 403, 409, 429]) expect(worthRetrying(0, failed(status, "Conflict"))).toBe(false);
    expect(worthRetrying(0, new Error("of ours"))).toBe(false);
  });
});

describe("the key of a press", () => {
  it("is one that the server takes, and new each time", () => {
    const keys = new Set(Array.from({ length: 100 }, pressKey));
    expect(keys.size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
  });
});
