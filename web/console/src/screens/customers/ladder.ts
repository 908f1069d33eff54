/** The rungs of the relation ladder, as `siyu.customers.rules.ladder` has them. Pure. */

export interface Rung {
  layer: number;
  /** Any of these relations reaches it … */
  relations: readonly string[];
  /** … or so many paid orders, where that is not 0. */
  orders: number;
}

export const LADDER: readonly Rung[] = [
  { layer: 0, relations: [], orders: 0 },
  { layer: 1, relations: ["follower", "subscriber", "fan"], orders: 0 },
  { layer: 2, relations: [], orders: 2 },
  { layer: 3, relations: ["member", "group_member"], orders: 0 },
  { layer: 4, relations: ["friend"], orders: 0 },
];

/** Whether a rung's own condition holds; one may stand high without every rung below. */
export function holds(rung: Rung, standing: readonly string[], orders: number): boolean {
  if (rung.layer === 0) return true;
  return rung.relations.some((kind) => standing.includes(kind)) || (rung.orders > 0 && orders >= rung.orders);
}

/** What leads from `layer` to the next rung: any of some relations, or some more paid orders; `null` at the top. */
export function nextStep(layer: number, orders: number): { layer: number; relations: readonly string[]; orders: number } | null {
  const next = LADDER.find((rung) => rung.layer === layer + 1);
  return next ? { layer: next.layer, relations: next.relations, orders: Math.max(0, next.orders - orders) } : null;
}
