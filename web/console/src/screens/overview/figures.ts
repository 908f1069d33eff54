import type { Schema } from "@siyu/api";
import type { Delta } from "@siyu/kit";

export type Overview = Schema<"Overview">;
export type Figure = Schema<"Figure">;

/** The five of the board and what belongs to them. */
export const BOARD = ["retention", "activation", "referral", "revenue", "arpu", "acquisition"] as const;
export type BoardName = (typeof BOARD)[number];

/** What a figure says: itself, or its share where it is a part of something. */
export function said(value: number | null, of: number | null): number | null {
  if (value === null || of === null) return value;
  return of === 0 ? null : value / of;
}

/** How far `value` is from `before`, as a share of it; `null` where there is nothing to compare with. */
export function change(value: number | null, before: number | null): number | null {
  return value === null || before === null || before === 0 ? null : (value - before) / Math.abs(before);
}

export function delta(value: number | null, before: number | null, against: string, good: Delta["good"] = "up"): Delta | null {
  const share = change(value, before);
  return share === null ? null : { share, against, good };
}

/** Whether `value / of` is the figure (retention), not only what it is counted for (ARPU). */
export function isRate(figure: Pick<Figure, "unit" | "of">): boolean {
  return figure.unit === "customers" && figure.of !== null;
}

export interface KnownOn {
  channels: number;
  customers: number;
}

/** How many customers are known on 0, 1, 2 … channels, without a gap up to the most that somebody has. */
export function knownOn(counts: Readonly<Record<string, number>>): KnownOn[] {
  const most = Math.max(-1, ...Object.keys(counts).map(Number));
  return Array.from({ length: most + 1 }, (_, channels) => ({ channels, customers: counts[channels] ?? 0 }));
}
