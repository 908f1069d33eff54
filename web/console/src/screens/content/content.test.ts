// @vitest-environment node
import { describe, expect, it } from "vitest";

import { saying } from "../journeys/forms/instead";
import { asKind, beginningOf, kindsOf, NO_OFFER, offersOf, withVariable, type Body, type Entry, type Mix, type PhaseKind, type Plan, type Post } from "./content";
import { byDay, mixesOf, momentOf, phaseOf, plusDays, plusMonths, wallOf, weeksOf } from "./moments/days";
import { asJourney, attachmentOf } from "./pick/attachment";
import { readOf } from "./scripts/PersonPreview";

const body: Body = {
  plain: null,
  bait_a: { text: " ", materials: [], kinds: ["coupon"] },
  bait_b: null,
  hook: { text: "加我", materials: [2], kinds: ["gift"] },
  fallbacks: [{ text: "备选", materials: [], kinds: ["coupon", "service"] }],
};

describe("a script", () => {
  it("is said in its order, and begins with the first words", () => {
    expect(offersOf(body).map(({ part, number }) => `${part} ${number}`)).toEqual(["bait_a 0", "hook 0", "fallback 1"]);
    expect([beginningOf(body), beginningOf({ ...body, hook: null, fallbacks: [] }), kindsOf(body)]).toEqual(["加我", "", ["coupon", "gift", "service"]]);
    expect(offersOf({ plain: NO_OFFER, fallbacks: [] })).toHaveLength(1);
  });

  it("has kinds as the server writes them", () => {
    expect([" Red Packet", "coupon", "to-day", "九折", "1st", "a".repeat(41)].map(asKind)).toEqual(["red_packet", "coupon", "to_day", null, null, null]);
  });

  it("has a variable where the cursor is", () => {
    expect([withVariable("您好，！", "name", "亲", 3, 3), withVariable("abc", "city", "x", 1, 2)]).toEqual(["您好，{{name|亲}}！", "a{{city|x}}c"]);
  });
});

describe("content in a journey", () => {
  it("asks for traits by the journey's words", () => {
    expect(asJourney("{{name|亲}}，{{ city }}，{{trait.x|y}}")).toBe("{{trait.name|亲}}，{{trait.city}}，{{trait.x|y}}");
  });

  it("takes a material with its fields and the hash of its bytes", () => {
    const material = { id: 1, kind: "mini_program" as const, name: "x", text: "", fields: { title: "{{name|店}}" }, medium: "ab", archived: false, created_at: "", updated_at: "" };
    expect(attachmentOf(material)).toEqual({ kind: "mini_program", fields: { title: "{{trait.name|店}}", medium: "ab" } });
    expect(attachmentOf({ ...material, medium: "" }).fields).toEqual({ title: "{{trait.name|店}}" });
  });

  it("says a script or words of its own, never both", () => {
    const step = { text: "a", attachments: [{ kind: "link", fields: {} }], kinds: ["gift"], script: null, value_fen: 5 };
    const picked = { id: 3, version: 2, bait: "b" as const };
    expect(saying(step, picked)).toEqual({ text: "", attachments: [], kinds: [], script: picked, value_fen: 5 });
    expect(saying({ ...step, script: picked }, null)).toEqual({ ...step, script: null });
  });
});

const post = (at: string, category: Post["category"]): Entry => ({ id: 1, calendar_id: 1, post: { at, category, text: "", materials: [] } });

describe("a calendar", () => {
  const plan: Plan = { phases: [{ kind: "burst", first: "2026-03-10", last: "2026-03-12", mix: { persona: 0, seeding: 0, brand: 100 } }, { kind: "everyday", first: "2026-03-01", last: "2026-03-09" }], tolerance: 10 };

  it("has days of the brand's zone, over changes of its clock", () => {
    expect(wallOf("2026-03-01T16:30:00Z", "Asia/Shanghai")).toEqual({ day: "2026-03-02", time: "00:30" });
    for (const zone of ["Asia/Shanghai", "Europe/Berlin", "America/New_York"]) {
      for (const day of ["2026-03-08", "2026-03-29", "2026-11-01", "2026-10-25"]) {
        for (const time of ["00:00", "12:05", "23:59"]) expect(wallOf(momentOf(day, time, zone), zone)).toEqual({ day, time });
      }
    }
  });

  it("has whole weeks, also around the year", () => {
    expect([plusDays("2026-02-28", 1), plusMonths("2026-12", 1), plusMonths("2026-01", -1)]).toEqual(["2026-03-01", "2027-01", "2025-12"]);
    const weeks = weeksOf("2026-02");
    expect([weeks.length, weeks[0]?.[0], weeks.at(-1)?.[6]]).toEqual([5, "2026-01-26", "2026-03-01"]);
    expect(weeksOf("2027-02").map((week) => week.length)).toEqual([7, 7, 7, 7]);
  });

  it("knows the phase of a day and what its posts are about", () => {
    expect([phaseOf(plan, "2026-03-09")?.kind, phaseOf(plan, "2026-03-12")?.kind, phaseOf(plan, "2026-03-13")]).toEqual(["everyday", "burst", undefined]);
    const standard = { everyday: { persona: 50, seeding: 30, brand: 20 } } as Record<PhaseKind, Mix>;
    const entries = [post("2026-03-09T15:00:00Z", "persona"), post("2026-03-09T17:00:00Z", "brand")];
    const mixes = mixesOf(plan, entries, standard, "Asia/Shanghai");
    expect(mixes.map((one) => [one.phase.kind, one.posts, one.counts.brand, one.wanted.brand])).toEqual([["everyday", 1, 0, 20], ["burst", 1, 1, 100]]);
    expect([...byDay(entries, "Asia/Shanghai")].map(([day, found]) => [day, found[0]?.time])).toEqual([["2026-03-09", "23:00"], ["2026-03-10", "01:00"]]);
  });
});

describe("a message that is shown to staff", () => {
  it("has its materials by what they are called and where they lead", () => {
    expect(readOf({ text: "春茶到店", attachments: [["link", { title: "春茶", url: "https://tea.example/1", desc: "新" }], ["image", { medium: "ab" }]] })).toBe("春茶到店\n春茶 https://tea.example/1");
    expect(readOf({ text: "", attachments: [] })).toBe("");
  });
});
