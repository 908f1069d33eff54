import type { CODES } from "../words";
import type { RuleSet } from "./RulesPage";

/** Which rules are asked, in their order, and for which reasons each speaks. Pure. */

export type Name = RuleSet["order"][number];

export const ORDER: readonly Name[] = ["valid", "programme", "consent", "do_not_disturb", "relation", "exclusion", "dedup", "budget", "quiet_hours", "resting", "control", "quota"];

/** Those that may be left out. */
export const OPTIONAL = ["do_not_disturb", "exclusion", "dedup", "budget", "quiet_hours", "resting"] as const satisfies readonly Name[];

/** The reasons that a rule gives, as touches carry them. */
export const REASONS_OF: Readonly<Record<Name, readonly (typeof CODES)[number][]>> = {
  valid: ["too_early", "too_late", "no_time_left"],
  programme: ["programme_paused", "programme_halted", "programme_stopped"],
  consent: ["consent_denied", "consent_unknown"],
  do_not_disturb: ["do_not_disturb"],
  relation: ["no_relation", "account_closed", "account_gone"],
  exclusion: ["exclusion", "exclusion_within"],
  dedup: ["repeated"],
  budget: ["budget", "outbid"],
  quiet_hours: ["quiet_hours"],
  resting: ["resting"],
  control: ["control", "holdout"],
  quota: ["no_room", "no_grant"],
};

/** The order with a rule or without it; one that comes back comes to its usual place. */
export function withRule(order: readonly Name[], name: Name, on: boolean): Name[] {
  if (!on) return order.filter((one) => one !== name);
  if (order.includes(name)) return [...order];
  const later = ORDER.slice(ORDER.indexOf(name) + 1);
  const at = order.findIndex((one) => later.includes(one));
  return at < 0 ? [...order, name] : [...order.slice(0, at), name, ...order.slice(at)];
}

const FIRST = 2;
const LAST = 2;

/** The order with a rule one place earlier (-1) or later (1); null where it has to stay: the gate would refuse it. */
export function moved(order: readonly Name[], name: Name, by: -1 | 1): Name[] | null {
  const from = order.indexOf(name);
  const to = from + by;
  const inside = (at: number): boolean => at >= FIRST && at < order.length - LAST;
  if (!inside(from) || !inside(to)) return null;
  const next = [...order];
  [next[from], next[to]] = [next[to] as Name, name];
  return next.indexOf("consent") < next.indexOf("relation") ? next : null;
}
