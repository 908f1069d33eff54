import { describe, expect, it } from "vitest";

import { brightest, cellsOf, measured, readCell, totalAt, usualFrom, writeCell } from "./matrix";

const cohort = {
  start: "2026-01-01",
  customers: 10,
  active: [10, 4, 1],
  orders: [12, 5, 1],
  net_fen: [100_000, 20_005, 0],
  active_now: 3,
  repeat: 4,
  group: "",
};

describe("a cohort", () => {
  it("is measured in shares, people, orders and fen a customer", () => {
    expect(measured(cohort, 1, "rate")).toBe(0.4);
    expect(measured(cohort, 1, "people")).toBe(4);
    expect(measured(cohort, 1, "orders")).toBe(5);
    expect(measured(cohort, 1, "net")).toBe(2001);
  });

  it("has nothing where it is too young, or empty", () => {
    expect(measured(cohort, 3, "rate")).toBeNull();
    expect(measured({ ...cohort, customers: 0 }, 1, "rate")).toBeNull();
  });

  it("marks the period that still runs", () => {
    expect(cellsOf([cohort], "rate").map((cell) => cell.running)).toEqual([false, false, true]);
  });

  it("is cut where the map ends", () => {
    expect(cellsOf([cohort], "people", 1).map((cell) => cell.value)).toEqual([10, 4]);
  });
});

describe("the colours", () => {
  it("reach to the best period after the first", () => {
    expect(brightest(cellsOf([cohort], "rate"))).toBe(0.4);
  });

  it("still have an end when there is only the first period", () => {
    expect(brightest(cellsOf([{ ...cohort, active: [10] }], "rate"))).toBe(1);
  });
});

describe("all cohorts together", () => {
  it("are a share of those who are old enough", () => {
    const total = { ...cohort, customers: 30, eligible: [30, 20, 5], active: [30, 5, 1] };
    expect(totalAt(total, 1, "rate")).toBe(0.25);
    expect(totalAt(total, 2, "rate")).toBe(0.2);
  });
});

describe("the address", () => {
  it("names a cell and reads it back", () => {
    expect(readCell(writeCell("2026-03-01", 12))).toEqual({ cohort: "2026-03-01", offset: 12 });
    expect(readCell(writeCell(null, 3))).toEqual({ cohort: null, offset: 3 });
  });

  it.each([null, "", "2026-03-01", "2026-3-1.2", "x.1"])("%s is no cell", (text) => {
    expect(readCell(text)).toBeNull();
  });
});

describe("the usual beginning", () => {
  it("is a month's first day, weeks or days back", () => {
    const now = new Date("2026-11-22T01:00:00Z");
    expect(usualFrom(now, "month")).toBe("2025-06-01");
    expect(usualFrom(now, "week")).toBe("2026-08-09");
    expect(usualFrom(now, "day")).toBe("2026-11-02");
  });
});
