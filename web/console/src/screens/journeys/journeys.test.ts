// @vitest-environment node
import { describe, expect, it } from "vitest";

import { ENTRY, ledTo, ways, waysOf } from "./canvas/graph";
import { HEIGHT, layout, spread, WIDTH } from "./canvas/layout";
import { done, freeName, inserted, isName, redone, removed, renamed, undone, type History } from "./editor/edit";
import { filled, measured, minutesOf, unitOf, variablesIn, withoutValue } from "./editor/texts";
import { lost } from "./editor/Versions";
import { typed } from "./forms/FactEditor";
import { timed, whenOf } from "./forms/TriggerForm";
import { howOf, waiting } from "./forms/WaitForm";
import { read, written } from "./forms/Wishes";
import { keyOf, type Definition, type Step, type StepOf } from "./journey";
import { fits } from "./list/JourneyList";
import { byDay } from "./rehearse/days";
import { linesOf } from "./run/Bring";

const wait = (next: string): Step => ({ kind: "wait", next, duration: "1d", days: 0, weekdays: [], since: "step" });
const journey = (steps: Definition["steps"], start = Object.keys(steps)[0] ?? ""): Definition => ({ version: 1, name: "x", about: "", kind: "journey", trigger: { kind: "manual" }, start, steps, goals: [], arms: [], control_bp: 1000, control_reason: "" });
const forked = journey({
  a: { kind: "branch", cases: [{ when: { by: "value", from_fen: 1 }, next: "b" }, { when: { by: "value", from_fen: 2 }, next: "end" }], otherwise: "c" },
  b: wait("d"),
  c: wait("d"),
  d: wait("end"),
  end: { kind: "exit" },
});

describe("the ways of a journey", () => {
  it("are those that the server knows", () => {
    expect(ways(forked).map(({ from, way, to }) => [from, way, to].join(" "))).toEqual([`${ENTRY} start a`, "a case 1 b", "a case 2 end", "a otherwise c", "b next d", "c next d", "d next end"]);
  });

  it("can be led elsewhere one by one", () => {
    const branch = forked.steps["a"] as StepOf<"branch">;
    expect(waysOf(ledTo(branch, "case 2", "d")).map((one) => one.to)).toEqual(["b", "d", "c"]);
    expect(waysOf(ledTo(branch, "otherwise", "end")).map((one) => one.to)).toEqual(["b", "end", "end"]);
  });
});

describe("the layout", () => {
  it("puts each step below all that lead to it, and none over another", () => {
    const { places, ways: drawn } = layout(forked);
    for (const { from, to } of drawn) expect((places.get(to)?.y ?? 0) - (places.get(from)?.y ?? 0)).toBeGreaterThanOrEqual(HEIGHT);
    const all = [...places.values()];
    all.forEach((one, index) => all.slice(index + 1).forEach((other) => expect(Math.abs(one.x - other.x) >= WIDTH || Math.abs(one.y - other.y) >= HEIGHT).toBe(true)));
  });

  it("leads a long way through lanes beside the steps between", () => {
    const { places, ways: drawn } = layout(forked);
    const long = drawn.find((one) => one.way === "case 2");
    expect(long?.through).toHaveLength(2);
    for (const lane of long?.through ?? []) {
      const row = [...places.values()].filter((one) => one.y === lane.y);
      expect(row.every((one) => lane.x <= one.x || lane.x >= one.x + WIDTH)).toBe(true);
    }
  });

  it("lives with circles, with ways to nowhere and with steps that nothing leads to", () => {
    const odd = layout(journey({ a: wait("b"), b: wait("a"), alone: wait("gone"), self: wait("self") }));
    expect(odd.ways.filter((one) => one.back).map((one) => `${one.from} ${one.to}`)).toEqual(["b a", "self self"]);
    expect(odd.places.size).toBe(5);
  });

  it("spreads a row as near to its wishes as there is room", () => {
    expect(spread([5, 5, 5], [0, 0, 0], [1, 1, 1])).toEqual([-10, 0, 10]);
    expect(spread([5, 5], [0, 100], [1, 1])).toEqual([0, 100]);
    expect(spread([5, 5], [0, 0], [1, 3])).toEqual([-7.5, 2.5]);
  });
});

describe("editing", () => {
  it("puts a step between two, behind the entry, and into a case", () => {
    const between = inserted(forked, "b", "next", "tag", "tag");
    expect([waysOf(between.definition.steps["b"] as Step)[0]?.to, waysOf(between.definition.steps["tag"] as Step)[0]?.to]).toEqual(["tag", "d"]);
    expect(inserted(forked, ENTRY, "start", "wait", "first").definition.start).toBe("first");
    expect(waysOf(inserted(forked, "a", "case 2", "goal", "goal").definition.steps["a"] as Step)[1]?.to).toBe("goal");
    expect(forked.steps["b"]).toEqual(wait("d"));
  });

  it("names what is new so that nothing else is called so", () => {
    expect([freeName({}, "wait"), freeName({ wait: wait("x"), wait2: wait("x") }, "wait")]).toEqual(["wait", "wait3"]);
    expect(["第一步", "a-b_1", "a b", "", "x".repeat(61)].map(isName)).toEqual([true, true, false, false, false]);
  });

  it("takes a step out and closes the gap", () => {
    const left = removed({ ...forked, layout: { b: { x: 1, y: 2 } } }, "b");
    expect([Object.keys(left.steps), waysOf(left.steps["a"] as Step)[0]?.to, left.layout]).toEqual([["a", "c", "d", "end"], "d", {}]);
    expect(removed(forked, "a").start).toBe("c");
    expect(waysOf(removed(forked, "end").steps["d"] as Step)[0]?.to).toBe("");
  });

  it("renames a step with all that leads there", () => {
    const now = renamed(forked, "d", "等待");
    expect([Object.keys(now.steps)[3], waysOf(now.steps["b"] as Step)[0]?.to, waysOf(now.steps["c"] as Step)[0]?.to]).toEqual(["等待", "等待", "等待"]);
    expect(renamed(forked, "d", "b")).toBe(forked);
  });

  it("goes back and forth, and takes typing back as one", () => {
    const at = (now: number): History<number> => ({ past: [], now, future: [] });
    const typing = done(done(at(1), 2), 3, true);
    expect([typing.past, undone(typing).now, redone(undone(typing)).now]).toEqual([[1], 1, 3]);
    expect(done(undone(typing), 9).future).toEqual([]);
    expect(undone(at(1))).toEqual(at(1));
  });
});

describe("texts", () => {
  const text = "{{shop}}您好，{{trait.city|您的城市}} {{ entry.product }}";

  it("know their variables, and which may be empty", () => {
    expect(variablesIn(text)).toEqual([{ name: "shop", fallback: null }, { name: "trait.city", fallback: "您的城市" }, { name: "entry.product", fallback: null }]);
    expect(withoutValue(text, { shop: "小店" })).toEqual(["entry.product"]);
    expect(filled(text, { shop: "小店" })).toBe("小店您好，您的城市 ");
  });

  it("are measured against the narrowest limit", () => {
    expect(measured("您好", [{ max_bytes: 4000, max_characters: 0 }, { max_bytes: 0, max_characters: 20 }])).toEqual({ used: 2, most: 20, unit: "characters" });
    expect(measured("您好", [{ max_bytes: 4, max_characters: 0 }])).toEqual({ used: 6, most: 4, unit: "bytes" });
    expect(measured("x", [{ max_bytes: 0, max_characters: 0 }])).toBeNull();
  });

  it("read lengths of time as the server does", () => {
    expect(["30m", "2h", "1d 12h", "x", "", "5s"].map(minutesOf)).toEqual([30, 120, 2160, null, null, 5 / 60]);
    expect([unitOf(2160), unitOf(2880), unitOf(45)]).toEqual([{ amount: 36, unit: "h" }, { amount: 2, unit: "d" }, { amount: 45, unit: "m" }]);
  });
});

describe("forms", () => {
  it("tell how a wait waits, and change it without leftovers", () => {
    const step = wait("x") as StepOf<"wait">;
    expect(howOf(step)).toBe("for");
    const days = waiting(step, "days");
    expect([howOf(days), days.duration, days.days, days.at]).toEqual(["days", "", 1, "20:00"]);
    expect(howOf(waiting(days, "time"))).toBe("time");
  });

  it("tell when a time trigger fires", () => {
    const daily = { kind: "time" as const, segment: 1, at: "09:00", weekdays: [], month_days: [] };
    expect([whenOf(daily), whenOf(timed(daily, "weekly")), whenOf(timed(daily, "monthly")), whenOf(timed(daily, "once"))]).toEqual(["daily", "weekly", "monthly", "once"]);
    expect(timed(daily, "weekly").at).toBe("09:00");
  });

  it("keep wishes and values as they are", () => {
    const wish = { account: 0, channel: "wecom", way: "group_send" };
    expect(read(written(wish))).toEqual(wish);
    expect(read(written({ account: 3, channel: "wecom", way: "custom" }))).toEqual({ account: 3, channel: "", way: "custom" });
    expect(["12", "-1.5", "A-1", "00x"].map(typed)).toEqual([12, -1.5, "A-1", "00x"]);
  });
});

describe("lists", () => {
  it("find by name, key, state and kind", () => {
    const row = { name: "生日关怀", key: "birthday-1", state: "running" as const, kind: "journey" as const };
    expect([fits(row, {}), fits(row, { words: "生日" }), fits(row, { words: "BIRTH" }), fits(row, { state: "draft" }), fits(row, { kind: "broadcast" })]).toEqual([true, true, true, false, false]);
    expect([keyOf("Win back!", 36), keyOf("唤回", 36)]).toEqual(["win-back-10", "journey-10"]);
  });

  it("count touches by the brand's day, with the days between", () => {
    const touches = [{ at: "2026-03-01T17:00:00Z", state: "queued" }, { at: "2026-03-03T20:00:00Z", state: "dropped" }];
    expect(byDay(touches, "Asia/Shanghai")).toEqual([
      { day: "2026-03-02", queued: 1, waiting: 0, dropped: 0 },
      { day: "2026-03-03", queued: 0, waiting: 0, dropped: 0 },
      { day: "2026-03-04", queued: 0, waiting: 0, dropped: 1 },
    ]);
    expect(lost(forked, journey({ a: wait("end"), end: { kind: "exit" } }))).toEqual(["b", "c", "d"]);
  });
});

describe("people that were pasted", () => {
  it("are one a line or with commas between, each once", () => {
    expect(linesOf(" 138 1234 5678\n#12,#13，#12；x;\n\n")).toEqual(["138 1234 5678", "#12", "#13", "x"]);
    expect(linesOf("  \n")).toEqual([]);
  });
});
