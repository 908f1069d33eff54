import { describe, expect, it } from "vitest";

import { monthIn, monthOf, moved, weeksOf } from "./month";

describe("a month", () => {
  it("is that of its day", () => expect(monthOf("2026-03-05")).toEqual({ year: 2026, month: 3 }));

  it("begins at midnight of the brand", () => {
    expect(monthIn("Asia/Shanghai", new Date("2026-02-28T15:59:59Z"))).toEqual({ year: 2026, month: 2 });
    expect(monthIn("Asia/Shanghai", new Date("2026-02-28T16:00:00Z"))).toEqual({ year: 2026, month: 3 });
    expect(monthIn("America/New_York", new Date("2027-01-01T04:59:59Z"))).toEqual({ year: 2026, month: 12 });
  });

  it("moves over the end of a year", () => {
    expect(moved({ year: 2026, month: 1 }, -1)).toEqual({ year: 2025, month: 12 });
    expect(moved({ year: 2026, month: 12 }, 1)).toEqual({ year: 2027, month: 1 });
  });

  it("has its days under their weekdays", () => {
    const weeks = weeksOf({ year: 2026, month: 2 }); // begins on a Sunday, has 28 days
    expect(weeks[0]?.[0]).toBe("2026-02-01");
    expect(weeks[3]?.[6]).toBe("2026-02-28");
    expect(weeks.flat().filter(Boolean)).toHaveLength(28);
    const march = weeksOf({ year: 2028, month: 2 }).flat();
    expect(march.indexOf("2028-02-29") % 7).toBe(2); // a Tuesday
  });

  it("always has six weeks", () => {
    for (let month = 1; month <= 12; month += 1) expect(weeksOf({ year: 2026, month })).toHaveLength(6);
  });
});
