import type { Sort } from "@siyu/kit";

/** The mirror's lists come whole: they are filtered, ordered and paged here. Pure. */

type Value = string | number | null | undefined;

/** Rows in the order of one of their fields; what has no value comes last, either way. */
export function ordered<Row>(rows: readonly Row[], sort: Sort | undefined, value: (row: Row, key: string) => Value): Row[] {
  if (!sort) return [...rows];
  const way = sort.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [value(a, sort.key), value(b, sort.key)];
    if (left === null || left === undefined || left === "") return right === null || right === undefined || right === "" ? 0 : 1;
    if (right === null || right === undefined || right === "") return -1;
    if (typeof left === "number" && typeof right === "number") return way * (left - right);
    return way * String(left).localeCompare(String(right), "zh");
  });
}

/** Whether one of the texts holds the words. */
export function holds(texts: readonly Value[], words: string | undefined): boolean {
  const wanted = words?.trim().toLowerCase();
  return !wanted || texts.some((text) => String(text ?? "").toLowerCase().includes(wanted));
}

/** A page of a list that is here whole; the cursor is the number of rows before it. */
export function paged<Row>(rows: readonly Row[], cursor: string | undefined, limit: number): { rows: Row[]; next: string | null; total: number } {
  const start = Math.max(0, Math.floor(Number(cursor)) || 0);
  const end = start + limit;
  return { rows: rows.slice(start, end), next: end < rows.length ? String(end) : null, total: rows.length };
}

export const PERIODS = ["30", "7", "90"] as const;

/** Since when: so many days before now. */
export function since(days: string, now = Date.now()): string {
  return new Date(now - Number(days) * 86_400_000).toISOString();
}
