import { describe, expect, it } from "vitest";

import { wayBack } from "./wayBack";

describe("the way back after signing in", () => {
  it.each(["/", "/points", "/orders?page=2"])("leads to %s", (next) => expect(wayBack(next)).toBe(next));

  it.each([null, "", "//evil.example", "https://evil.example", "/\\evil.example", "/sign-in?next=/sign-in", "javascript:alert(1)"])(
    "does not lead to %s",
    (next) => expect(wayBack(next)).toBe("/"),
  );
});
