import { describe, expect, it } from "vitest";

import { BEHIND, canDo, canSettle, draftOf, type Terms, type TrialState } from "./trials";

const trial = (state: TrialState, terms: Partial<Terms> = {}) => ({ state, terms: { ...draftOf(0), ...terms } });
const rows = (...states: (keyof typeof STATES)[]) => states.map((state) => ({ state }));
const STATES = { applied: 1, chosen: 1, reported: 1, rewarded: 1 };

describe("what can be done with applications together", () => {
  it("asks that all of them are where it begins", () => {
    expect(canDo(rows("applied", "applied"), trial("live"))).toEqual({ choose: true, send: false, review: false });
    expect(canDo(rows("applied", "chosen"), trial("live"))).toEqual({ choose: false, send: false, review: false });
    expect(canDo(rows("chosen"), trial("chosen")).send).toBe(true);
    expect(canDo(rows("reported"), trial("ended")).review).toBe(true);
    expect(canDo([], trial("live"))).toEqual({ choose: false, send: false, review: false });
  });

  it("chooses by hand only where it is not drawn, and while it is live", () => {
    expect(canDo(rows("applied"), trial("live", { how: "draw" })).choose).toBe(false);
    expect(canDo(rows("applied"), trial("chosen")).choose).toBe(false);
  });
});

describe("a trial", () => {
  it("is settled by hand once nobody applies any more", () => {
    const closes = Date.parse(draftOf(0).closes_at);
    expect(canSettle(trial("live"), closes - 1)).toBe(false);
    expect(canSettle(trial("live"), closes)).toBe(true);
    expect(canSettle(trial("chosen"), closes)).toBe(false);
  });

  it("is drafted with times that follow each other", () => {
    const { opens_at, closes_at, chosen_by, reports_until } = draftOf(1_700_000_123_456);
    const times = [opens_at, closes_at, chosen_by, reports_until].map((at) => Date.parse(at));
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    expect(times.every((at) => at % 3_600_000 === 0)).toBe(true);
  });

  it("has behind each figure a part of those before it", () => {
    const within = (inner: readonly string[], outer: readonly string[]): boolean => inner.every((one) => outer.includes(one));
    expect(within(BEHIND.chosen, BEHIND.applied) && within(BEHIND.sent, BEHIND.chosen) && within(BEHIND.reported, BEHIND.sent) && within(BEHIND.rewarded, BEHIND.reported)).toBe(true);
  });
});
