// @vitest-environment node
import { describe, expect, it } from "vitest";

import { counted } from "./announcements/announcement";
import { moved, OPTIONAL, ORDER, REASONS_OF, withRule } from "./rules/order";
import { CODES } from "./words";

describe("the order of the rules", () => {
  it("takes one out and back to its place", () => {
    for (const name of OPTIONAL) expect(withRule(withRule(ORDER, name, false), name, true)).toEqual(ORDER);
  });

  it("never puts one in twice, nor behind the last", () => {
    expect(withRule(ORDER, "budget", true)).toEqual(ORDER);
    expect(withRule(["valid", "programme", "consent", "relation", "control", "quota"], "resting", true)).toEqual(["valid", "programme", "consent", "relation", "resting", "control", "quota"]);
  });
});

describe("a rule that is moved", () => {
  it("changes places with its neighbour, and back", () => {
    const next = moved(ORDER, "budget", -1);
    expect(next?.indexOf("budget")).toBe(ORDER.indexOf("budget") - 1);
    expect(moved(next ?? [], "budget", 1)).toEqual(ORDER);
  });

  it("never leaves the places that the gate keeps for it", () => {
    for (const name of ["valid", "programme", "control", "quota"] as const) for (const by of [-1, 1] as const) expect(moved(ORDER, name, by)).toBeNull();
    expect(moved(ORDER, "consent", -1)).toBeNull();
    expect(moved(ORDER, "resting", 1)).toBeNull();
    expect(moved(withRule(ORDER, "do_not_disturb", false), "relation", -1)).toBeNull();
  });
});

describe("the reasons of the rules", () => {
  it("are told apart: none belongs to two rules, and each has a name", () => {
    const all = Object.values(REASONS_OF).flat();
    expect(new Set(all).size).toBe(all.length);
    for (const code of all) expect(CODES).toContain(code);
  });
});

describe("the groups of an announcement", () => {
  it("are counted by state in the order in which it goes on, what nobody knows last", () => {
    const states = ["sent", "odd", "dropped", "waiting", "sent"];
    expect(counted(states.map((state) => ({ state })))).toEqual([["waiting", 1], ["sent", 2], ["dropped", 1], ["odd", 1]]);
  });
});
