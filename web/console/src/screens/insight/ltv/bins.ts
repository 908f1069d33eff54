import type { Schema } from "@siyu/api";

export type Spread = Schema<"LtvSpread">;

/** One bin of the histogram, from so many fen to under so many; `null` is open. */
export interface Bin {
  low: number | null;
  high: number | null;
  customers: number;
}

/** Bins of the API: below the first edge, between edges, from the last on. Empty ones at both ends are left out. */
export function binsOf(edges: readonly number[], counts: readonly number[]): Bin[] {
  const bins = counts.map((customers, index) => ({ low: edges[index - 1] ?? null, high: edges[index] ?? null, customers }));
  const some = bins.map((bin) => bin.customers > 0);
  const [first, last] = [some.indexOf(true), some.lastIndexOf(true)];
  return first < 0 ? [] : bins.slice(first, last + 1);
}

/** `1000-5000`, `-1000`, `5000-` in the address; negative edges are in brackets of their sign: `m500-0`. */
export function writeBin({ low, high }: Pick<Bin, "low" | "high">): string {
  return [low, high].map((edge) => (edge === null ? "" : edge < 0 ? `m${-edge}` : String(edge))).join("-");
}

export function readBin(text: string | null): Pick<Bin, "low" | "high"> | null {
  const found = /^(m?\d+)?-(m?\d+)?$/.exec(text ?? "");
  if (!found) return null;
  const edge = (part: string | undefined): number | null => (part === undefined ? null : Number(part.replace("m", "-")));
  return { low: edge(found[1]), high: edge(found[2]) };
}

/** A quantile of the answer, by its level. */
export function quantile(levels: readonly number[], values: readonly number[], level: number): number | null {
  return values[levels.findIndex((one) => Math.abs(one - level) < 1e-9)] ?? null;
}

/** By how much an expectation missed, as a share of what came; `null` when nothing came. */
export function miss(expected: number, actual: number): number | null {
  return actual === 0 ? null : expected / actual - 1;
}
