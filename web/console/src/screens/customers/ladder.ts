import type { Rung } from "../../app/ladder";

/** Where somebody stands on the ladder of relations, and what leads further. Pure. */

/** Whether a rung's own condition holds; one may stand high without every rung below. */
export function holds(rung: Rung, standing: readonly string[], orders: number): boolean {
  if (rung.relations.length === 0 && rung.min_orders === 0) return true;
  return rung.relations.some((kind) => standing.includes(kind)) || (rung.min_orders > 0 && orders >= rung.min_orders);
}

/** What leads from `layer` to the next rung: any of some relations, or some more purchases; `null` at the top. */
export function nextStep(ladder: readonly Rung[], layer: number, orders: number): { layer: number; relations: readonly string[]; orders: number } | null {
  const next = ladder.find((rung) => rung.layer > layer);
  return next ? { layer: next.layer, relations: next.relations, orders: Math.max(0, next.min_orders - orders) } : null;
}
