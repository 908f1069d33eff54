/** How many days back counts, or everything. */
export const SINCES = ["all", "365", "180", "90"] as const;
export type Since = (typeof SINCES)[number];

/** The first moment that counts; at the start of an hour, so that an answer can be kept. */
export function sinceOf(window: Since, now: number): string | undefined {
  if (window === "all") return undefined;
  const hour = 3_600_000;
  return new Date(Math.floor(now / hour) * hour - Number(window) * 24 * hour).toISOString();
}

/** Four ascending bounds of the address: `7,30,90,180`; `undefined` for none. */
export function readBounds(text: string | null): number[] | undefined {
  const parts = (text ?? "").split(",").map((part) => part.trim());
  if (parts.length !== 4 || parts.some((part) => !/^-?\d+$/.test(part))) return undefined;
  const bounds = parts.map(Number);
  return bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? bound)) ? bounds : undefined;
}

/** What a score of 1 to 5 stands for, as the least and the most; `null` is open. Fewer days score higher. */
export function rangeOf(score: number, bounds: readonly number[], fewerIsBetter = false): { above: number | null; upTo: number | null } {
  const place = fewerIsBetter ? 5 - score : score - 1;
  return { above: bounds[place - 1] ?? null, upTo: bounds[place] ?? null };
}

export function readScore(text: string | null): number | undefined {
  return /^[1-5]$/.test(text ?? "") ? Number(text) : undefined;
}
