import { describe, expect, it } from "vitest";

import { remaining, serverTime } from "./clock";

describe("the server's time", () => {
  const told = "2026-03-01T08:00:00Z";

  it("goes on from what was told, whatever the phone's clock shows", () => {
    for (const phone of [0, Date.parse(told), Date.parse(told) + 86_400_000]) expect(serverTime(told, phone, phone + 1500)).toBe(Date.parse(told) + 1500);
  });

  it("does not go back with the phone's", () => expect(serverTime(told, 10_000, 4_000)).toBe(Date.parse(told)));
});

describe("what remains", () => {
  it.each([
    [-5, 0, "00:00:00"],
    [1, 0, "00:00:01"],
    [3_723_000, 0, "01:02:03"],
    [86_400_000, 1, "00:00:00"],
  ])("of %i ms is %i days and %s", (left, days, clock) => expect(remaining(left)).toEqual({ days, clock }));
});
