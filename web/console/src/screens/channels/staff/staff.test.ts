// @vitest-environment node
import { describe, expect, it } from "vitest";

import type { Tag } from "../mirrored";
import { departmentsOf } from "./departments";
import { holds, ordered, paged, since } from "./listing";
import { standingOfStaff } from "./standing";
import { byGroup } from "./tagGroups";

describe("a list that is here whole", () => {
  const rows = [{ name: "乙", n: 2 }, { name: "", n: 10 }, { name: "甲", n: null }];
  const value = (row: (typeof rows)[number], key: string) => row[key as "name" | "n"];

  it("is ordered by a field, with what has none at the end", () => {
    expect(ordered(rows, { key: "n", descending: false }, value).map((row) => row.n)).toEqual([2, 10, null]);
    expect(ordered(rows, { key: "n", descending: true }, value).map((row) => row.n)).toEqual([10, 2, null]);
    expect(ordered(rows, { key: "name", descending: true }, value).at(-1)?.name).toBe("");
    expect(ordered(rows, undefined, value)).toEqual(rows);
  });

  it("has every row on one of its pages", () => {
    const many = Array.from({ length: 45 }, (_, at) => at);
    const seen: number[] = [];
    let cursor: string | null | undefined;
    do {
      const page = paged(many, cursor ?? undefined, 20);
      expect(page.total).toBe(45);
      seen.push(...page.rows);
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(many);
    expect(paged(many, "rubbish", 20).rows[0]).toBe(0);
  });

  it("is looked through without regard to case", () => {
    expect([holds(["Anna", null], " ann "), holds(["Anna"], "bob"), holds([], undefined)]).toEqual([true, false, true]);
    expect(since("7", Date.parse("2026-03-08T00:00:00Z"))).toBe("2026-03-01T00:00:00.000Z");
  });
});

describe("staff and tags", () => {
  it("knows who may have customers", () => {
    const one = { gone_at: null, active: true, serves: true };
    const all = [one, { ...one, serves: false }, { ...one, active: false }, { ...one, gone_at: "2026-03-01T00:00:00Z" }];
    expect(all.map(standingOfStaff)).toEqual(["serves", "idle", "inactive", "gone"]);
  });

  it("puts tags into their groups in the platform's order", () => {
    const tag = (tag_id: string, group_id: string, place: number): Tag => ({ tag_id, name: tag_id, group_id, group_name: group_id, place, contacts: 0 });
    const groups = byGroup([tag("b", "x", 2), tag("c", "y", 1), tag("a", "x", 1)]);
    expect(groups.map((group) => [group.id, group.tags.map((one) => one.tag_id)])).toEqual([["x", ["a", "b"]], ["y", ["c"]]]);
  });
});

describe("departments", () => {
  it("are those in which somebody is, once each, by name", () => {
    const staff = [
      { department_ids: ["2", "9"], departments: ["上海店", "北京店"] },
      { department_ids: ["9"], departments: ["北京店"] },
    ];
    expect(departmentsOf(staff)).toEqual([["9", "北京店"], ["2", "上海店"]]);
  });
});
