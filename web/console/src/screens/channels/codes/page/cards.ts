/** So many cards has a code at most. */
export const MOST_CARDS = 50_000;

/** The API is told the number of the last card, so that a repeat makes no more: here from how many more are wanted. */
export function lastNumber(there: number, more: number | null): number {
  return Math.min(there + Math.max(1, more ?? 1), MOST_CARDS);
}
