import type { Tier } from "./types";

/** Tiers as they are changed on the screen: each says where it begins, and ends where the next begins. Pure. */

/** The same tiers with their ends; the first begins at 0, the last has no end. */
export function closed(tiers: readonly Tier[]): Tier[] {
  return tiers.map((tier, at) => ({ ...tier, at_least: at === 0 ? 0 : tier.at_least, below: tiers[at + 1]?.at_least ?? null }));
}

/** Where a tier begins that is not above the one before; -1 when all go up. */
export function notAbove(tiers: readonly Tier[]): number {
  return tiers.findIndex((tier, at) => at > 0 && tier.at_least <= (at === 1 ? 0 : (tiers[at - 1]?.at_least ?? 0)));
}

/** One more tier above the others, with a code that none has. */
export function another(tiers: readonly Tier[]): Tier {
  const codes = new Set(tiers.map((tier) => tier.code));
  let number = tiers.length + 1;
  while (codes.has(`tier_${number}`)) number += 1;
  const highest = tiers.at(-1)?.at_least ?? 0;
  return { code: `tier_${number}`, name: `V${number}`, at_least: tiers.length === 0 ? 0 : Math.max(1000, highest * 2), below: null, percent: 100, benefits: [] };
}
