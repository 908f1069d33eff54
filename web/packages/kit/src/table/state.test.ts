// @vitest-environment node
import { describe, expect, it } from "vitest";

import { changed, dayBounds, momentIn, readList, viewOf, writeSort } from "./state";
import type { Filter } from "./types";

const FILTERS: Filter[] = [
  { kind: "text", key: "name", label: "Name" },
  { kind: "choice", key: "tag", label: "Tag", choices: [], multiple: true },
  { kind: "dates", key: "seen", label: "Seen" },
];

describe("readList", () => {
  it("reads filters, order, place and length from the address", () => {
    const search = new URLSearchParams("name=林&seen_from=2026-01-01&sort=-seen&cursor=abc&limit=100&other=1");
    expect(readList(search, FILTERS)).toEqual({
      filters: { name: "林", seen_from: "2026-01-01" },
      sort: { key: "seen", descending: true },
      cursor: "abc",
      limit: 100,
    });
  });

  it("takes no length that is not offered", () => {
    expect(readList(new URLSearchParams("limit=100000"), []).limit).toBe(50);
    expect(readList(new URLSearchParams("limit=nonsense"), []).limit).toBe(50);
  });

  it("keeps two tables on one page apart", () => {
    const search = new URLSearchParams("a.name=x&name=y");
    expect(readList(search, FILTERS, "a.").filters).toEqual({ name: "x" });
  });
});

describe("changed", () => {
  it("goes back to the first page and leaves the rest", () => {
    const next = changed(new URLSearchParams("name=x&cursor=abc&tab=2"), { tag: "vip", name: undefined });
    expect(next.toString()).toBe("tab=2&tag=vip");
  });

  it("writes an order that is read again", () => {
    const sort = { key: "seen", descending: true };
    const search = changed(new URLSearchParams(), { sort: writeSort(sort) });
    expect(readList(search, FILTERS).sort).toEqual(sort);
  });
});

describe("viewOf", () => {
  it("keeps filters, order and length, and neither the place nor what is not the list's", () => {
    const search = new URLSearchParams("name=x&cursor=abc&sort=name&limit=20&tab=2");
    expect(viewOf(search, FILTERS)).toBe("name=x&sort=name&limit=20");
  });
});

describe("dayBounds", () => {
  it("goes from the first moment of the one day to the end of the other, in the zone", () => {
    const filters = { seen_from: "2026-03-01", seen_until: "2026-03-01" };
    expect(dayBounds(filters, "seen", "Asia/Shanghai")).toEqual({
      from: "2026-02-28T16:00:00.000Z",
      before: "2026-03-01T16:00:00.000Z",
    });
  });

  it("knows days that are not 24 hours long", () => {
    const filters = { seen_from: "2026-03-29", seen_until: "2026-03-29" };
    expect(dayBounds(filters, "seen", "Europe/Berlin")).toEqual({
      from: "2026-03-28T23:00:00.000Z",
      before: "2026-03-29T22:00:00.000Z",
    });
  });

  it("leaves open what is not given, and what is no day", () => {
    expect(dayBounds({ seen_from: "yesterday" }, "seen", "UTC")).toEqual({ from: undefined, before: undefined });
  });
});

describe("momentIn", () => {
  it("is what the clocks of a zone show, also after they were changed", () => {
    expect(momentIn("Asia/Shanghai", "2026-05-01T19:30:00")).toBe("2026-05-01T11:30:00.000Z");
    expect(momentIn("Europe/Berlin", "2026-03-29T12:00:00")).toBe("2026-03-29T10:00:00.000Z");
  });
});
