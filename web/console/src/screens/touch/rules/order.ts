import type { RuleSet } from "./RulesPage";

/** Which rules are asked, in their order. Pure. */

type Name = RuleSet["order"][number];

export const ORDER: readonly Name[] = ["valid", "programme", "consent", "do_not_disturb", "relation", "exclusion", "dedup", "budget", "quiet_hours", "resting", "control", "quota"];

/** Those that may be left out. */
export const OPTIONAL = ["do_not_disturb", "exclusion", "dedup", "budget", "quiet_hours", "resting"] as const;

/** The order with a rule or without it; one that comes back comes to its usual place. */
export function withRule(order: readonly Name[], name: Name, on: boolean): Name[] {
  if (!on) return order.filter((one) => one !== name);
  if (order.includes(name)) return [...order];
  const later = ORDER.slice(ORDER.indexOf(name) + 1);
  const at = order.findIndex((one) => later.includes(one));
  return at < 0 ? [...order, name] : [...order.slice(0, at), name, ...order.slice(at)];
}
