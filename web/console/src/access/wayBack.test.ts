import { describe, expect, it } from "vitest";

import { wayBack } from "./wayBack";

describe("wayBack", () => {
  it("goes back to one of our pages, with its state", () => {
    expect(wayBack("/customers?tag=vip")).toBe("/customers?tag=vip");
  });

  it.each([null, "", "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/sign-in?to=/sign-in"])(
    "goes to the start instead of %s",
    (to) => expect(wayBack(to)).toBe("/"),
  );
});
