// @vitest-environment node
import { describe, expect, it } from "vitest";

import { shareUsed } from "./account/quota";
import type { KindField } from "./accounts";
import { canBeMadeUp, changedIn, filledIn, madeUp } from "./connect/fields";
import { standingOf, worst, worstFirst, type Finding } from "./health";
import { countsOf, secondsOf } from "./reconcile/mirror";

const finding = (check: string, ok: boolean): Finding => ({ check, ok, en: check, zh: check, advice_en: "", advice_zh: "", code: 0 });
const field = (name: string, more: Partial<KindField> = {}): KindField => ({ name, en: name, zh: name, help_en: "", help_zh: "", secret: false, required: true, pattern: "", choices: [], default: "", ...more });
const health = (...findings: Finding[]) => ({ checked_at: "2026-03-01T00:00:00Z", ok: findings.every((one) => one.ok), findings });

describe("whether an account works", () => {
  it("shows what is wrong first, each group in the order of the check", () => {
    const found = [finding("a", true), finding("b", false), finding("c", true), finding("d", false)];
    expect(worstFirst(found).map((one) => one.check)).toEqual(["b", "d", "a", "c"]);
  });

  it("says nothing of an account that is paused, and knows the one that was never tried", () => {
    const bad = health(finding("a", true), finding("b", false));
    expect([standingOf({ state: "paused", health: bad }), worst({ state: "paused", health: bad })]).toEqual(["paused", undefined]);
    expect([standingOf({ state: "active", health: bad }), worst({ state: "active", health: bad })?.check]).toEqual(["bad", "b"]);
    expect([standingOf({ state: "active", health: health(finding("a", true)) }), standingOf({ state: "active", health: null })]).toEqual(["ok", "unknown"]);
  });
});

describe("what is filled in", () => {
  const fields = [field("corp_id"), field("secret", { secret: true }), field("base_url", { required: false })];

  it("sends what was typed, trimmed, and nothing that is no field", () => {
    expect(filledIn({ corp_id: " ww1 ", secret: undefined, account_name: "x" }, fields)).toEqual({ corp_id: "ww1" });
  });

  it("sends what has changed; a secret that was left empty stays", () => {
    const settings = { corp_id: "ww1", base_url: "https://a" };
    expect(changedIn({ corp_id: "ww1", secret: "", base_url: "" }, fields, settings)).toEqual({ base_url: "" });
    expect(changedIn({ corp_id: "ww2", secret: "new", base_url: "https://a" }, fields, settings)).toEqual({ corp_id: "ww2", secret: "new" });
  });

  it("makes up tokens and keys as platforms take them, another each time", () => {
    const key = field("encoding_aes_key", { secret: true });
    for (let round = 0; round < 50; round += 1) {
      const made = madeUp(key);
      expect(made).toMatch(/^[A-Za-z0-9]{43}$/);
      expect(Buffer.from(`${made}=`, "base64").toString("base64")).toBe(`${made}=`);
    }
    expect(madeUp(field("callback_token"))).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(madeUp(key)).not.toBe(madeUp(key));
    expect([canBeMadeUp(key), canBeMadeUp(field("secret", { secret: true }))]).toEqual([true, false]);
  });
});

describe("the report of a reconcile", () => {
  it("names what was seen, without what was not", () => {
    const counts = { contact: 12, staff: 3, everything: 9, began: 2, pieces: 4 };
    expect(countsOf({ counts })).toEqual({ seen: [["contact", 12], ["staff", 3]], began: 2, ended: 0 });
  });

  it("counts to the end, or to the last piece", () => {
    const began_at = "2026-03-01T00:00:00Z";
    const moved_at = "2026-03-01T00:00:30Z";
    expect(secondsOf({ began_at, moved_at, ended_at: null })).toBe(30);
    expect(secondsOf({ began_at, moved_at, ended_at: "2026-03-01T00:01:00Z" })).toBe(60);
  });
});

describe("a quota", () => {
  it("has a share where the account has an end", () => {
    expect([shareUsed({ used: 3, left: 1 }), shareUsed({ used: 3, left: null }), shareUsed({ used: 0, left: 0 })]).toEqual([0.75, null, null]);
  });
});
