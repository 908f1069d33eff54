import type { Schema } from "@siyu/api";

export type Table = Schema<"RetentionTable">;
export type Cohort = Schema<"RetentionCohort">;
export type Total = Schema<"RetentionTotal">;
export type Period = "month" | "week" | "day";
export const MEASURES = ["rate", "people", "orders", "net"] as const;
export type Measure = (typeof MEASURES)[number];

/** One square of the heat map. */
export interface Cell {
  /** First day of the cohort's period. */
  cohort: string;
  /** Periods after the first purchase. */
  offset: number;
  value: number;
  people: number;
  customers: number;
  /** The period is not over: its figure still grows. */
  running: boolean;
}

/** What a cohort did `offset` periods after its start, in a measure; money is fen for each customer of the cohort. */
export function measured(cohort: Pick<Cohort, "customers" | "active" | "orders" | "net_fen">, offset: number, measure: Measure, base = cohort.customers): number | null {
  const active = cohort.active[offset];
  if (active === undefined) return null;
  if (measure === "people") return active;
  if (measure === "orders") return cohort.orders[offset] ?? 0;
  if (base === 0) return null;
  return measure === "rate" ? active / base : Math.round((cohort.net_fen[offset] ?? 0) / base);
}

/** The squares of some cohorts, row by row. */
export function cellsOf(cohorts: readonly Cohort[], measure: Measure, most = Infinity): Cell[] {
  return cohorts.flatMap((cohort) =>
    cohort.active.slice(0, most + 1).flatMap((people, offset) => {
      const value = measured(cohort, offset, measure);
      const running = offset === cohort.active.length - 1;
      return value === null ? [] : [{ cohort: cohort.start, offset, value, people, customers: cohort.customers, running }];
    }),
  );
}

/** All cohorts together; a share at k is of the customers whose cohort is old enough for it. */
export function totalAt(total: Total, offset: number, measure: Measure): number | null {
  const { customers, active, orders, net_fen, eligible } = total;
  return measured({ customers, active, orders, net_fen }, offset, measure, eligible[offset] ?? 0);
}

/** The largest value after the first period, to which the colours reach: the first is always everybody. */
export function brightest(cells: readonly Cell[]): number {
  const later = cells.filter((cell) => cell.offset > 0).map((cell) => cell.value);
  return Math.max(0, ...later) || Math.max(1, ...cells.map((cell) => cell.value));
}

/** A cell in the address: `2026-03-01.2`, of all cohorts together `all.2`. */
export function writeCell(cohort: string | null, offset: number): string {
  return `${cohort ?? "all"}.${offset}`;
}

export function readCell(text: string | null): { cohort: string | null; offset: number } | null {
  const found = /^(all|\d{4}-\d{2}-\d{2})\.(\d{1,5})$/.exec(text ?? "");
  return found?.[1] && found[2] ? { cohort: found[1] === "all" ? null : found[1], offset: Number(found[2]) } : null;
}

/** How a cohort is called: its month, or the first day of its week. */
export function cohortName(start: string, period: Period): string {
  return period === "month" ? start.slice(0, 7) : start;
}

/** How many cohorts are shown when nobody has chosen. */
export const USUAL: Record<Period, number> = { month: 18, week: 16, day: 21 };

/** The first cohort shown by default, as a day. */
export function usualFrom(now: Date, period: Period): string {
  const at = new Date(now);
  if (period === "month") at.setUTCMonth(at.getUTCMonth() - USUAL.month + 1, 1);
  else at.setUTCDate(at.getUTCDate() - (USUAL[period] - 1) * (period === "week" ? 7 : 1));
  return at.toISOString().slice(0, 10);
}
