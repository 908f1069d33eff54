// @vitest-environment node
import { describe, expect, it } from "vitest";

import { counted } from "./announcements/announcement";
import { OPTIONAL, ORDER, withRule } from "./rules/order";

describe("the order of the rules", () => {
  it("takes one out and back to its place", () => {
    for (const name of OPTIONAL) expect(withRule(withRule(ORDER, name, false), name, true)).toEqual(ORDER);
  });

  it("never puts one in twice, nor behind the last", () => {
    expect(withRule(ORDER, "budget", true)).toEqual(ORDER);
    expect(withRule(["valid", "programme", "consent", "relation", "control", "quota"], "resting", true)).toEqual(["valid", "programme", "consent", "relation", "resting", "control", "quota"]);
  });
});

describe("the groups of an announcement", () => {
  it("are counted by state in the order in which it goes on, what nobody knows last", () => {
    const states = ["sent", "odd", "dropped", "waiting", "sent"];
    expect(counted(states.map((state) => ({ state })))).toEqual([["waiting", 1], ["sent", 2], ["dropped", 1], ["odd", 1]]);
  });
});
