import type { Schema } from "@siyu/api";

/** A rule as a tree that can be edited. Pure. */

export type Rule = Schema<"RuleDocument-Input">["rule"];
export type Group = Schema<"AllOf-Input"> | Schema<"AnyOf-Input">;
export type Leaf = Exclude<Rule, Group | Schema<"Not-Input">>;
export type Fact = Schema<"FactTest">;
export type Window = Schema<"Window">;
export type Span = Schema<"FollowedBy">["within"];

/** How the parts of a group are taken; the last two are the opposite of the first two. */
export const MODES = ["all", "any", "none", "notAll"] as const;
export type Mode = (typeof MODES)[number];

/** Where a part is: which part of the whole, which part of that one … */
export type Place = readonly number[];

export const isGroup = (rule: Rule): rule is Group => rule.condition === "all" || rule.condition === "any";

/** A part without the "not" around it, and whether there was one. What is denied twice holds. */
export function opened(rule: Rule): { negated: boolean; inner: Exclude<Rule, Schema<"Not-Input">> } {
  let negated = false;
  let inner = rule;
  while (inner.condition === "not") {
    negated = !negated;
    inner = inner.of;
  }
  return { negated, inner };
}

export const closed = (inner: Rule, negated: boolean): Rule => (negated ? { condition: "not", of: inner } : inner);

export function modeOf(group: Group, negated: boolean): Mode {
  if (group.condition === "all") return negated ? "notAll" : "all";
  return negated ? "none" : "any";
}

export function grouped(of: Rule[], mode: Mode): Rule {
  const inner: Group = mode === "all" || mode === "notAll" ? { condition: "all", of } : { condition: "any", of };
  return closed(inner, mode === "none" || mode === "notAll");
}

/** A rule with a group outermost, and nothing denied twice. */
export function editable(rule: Rule): Rule {
  const made = simplified(rule);
  return isGroup(opened(made).inner) ? made : { condition: "all", of: [made] };
}

function simplified(rule: Rule): Rule {
  const { negated, inner } = opened(rule);
  // A rule that was kept or shared before sequences could be longer does not name further steps.
  const whole = inner.condition === "sequence" ? { ...inner, further: inner.further ?? [] } : inner;
  return closed(isGroup(whole) ? { ...whole, of: whole.of.map(simplified) } : whole, negated);
}

/** A rule as it is kept: a group of one is that one. */
export function tidy(rule: Rule): Rule {
  const { negated, inner } = opened(rule);
  if (!isGroup(inner)) return closed(inner, negated);
  const of = inner.of.map(tidy);
  const [only] = of;
  if (of.length === 1 && only) return negated ? simplified({ condition: "not", of: only }) : only;
  return closed({ ...inner, of }, negated);
}

/** Every condition and empty group that lacks something, by its place as {@link keyOf} writes it. */
export function unfinished(rule: Rule, place: Place = []): string[] {
  if (rule.condition === "not") return unfinished(rule.of, [...place, 0]);
  if (isGroup(rule)) return rule.of.length === 0 ? [keyOf(place)] : rule.of.flatMap((part, index) => unfinished(part, [...place, index]));
  return isWhole(rule) ? [] : [keyOf(place)];
}

export const keyOf = (place: Place): string => place.join(".");

export function leavesOf(rule: Rule): Leaf[] {
  if (rule.condition === "not") return leavesOf(rule.of);
  return isGroup(rule) ? rule.of.flatMap(leavesOf) : [rule];
}

/** A number that was emptied is NaN, which an address writes as `null`. */
const some = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== "" && !Number.isNaN(value));
const someFact = (fact: Fact): boolean => some(fact.kind) && fact.where.every((one) => some(one.property) && some(one.value));
const someBounds = (bounds: Schema<"Bounds"> | null | undefined): boolean => !bounds || some(bounds.least) || some(bounds.most);
const someWindow = (window: Window): boolean => !window.last || window.last.amount > 0;

/** Whether a condition says enough to be asked. */
export function isWhole(leaf: Leaf): boolean {
  switch (leaf.condition) {
    case "trait":
      return some(leaf.name) && some(leaf.value);
    case "date":
      return some(leaf.name) && (leaf.comparison === "before" || leaf.comparison === "from" ? some(leaf.day) : some(leaf.days));
    case "anniversary":
      return some(leaf.name) && some(leaf.days);
    case "tag":
      return some(leaf.tag);
    case "consent":
      return some(leaf.channel);
    case "layer":
      return some(leaf.layers);
    case "first_source":
      return some(leaf.source_ids);
    case "entry_code":
      return some(leaf.codes);
    case "did":
      return someFact(leaf.fact) && some(leaf.value) && someWindow(leaf.within);
    case "bought": {
      const limits = [leaf.platform, leaf.shop, leaf.category, leaf.title].filter((one) => one !== null && one !== undefined);
      return some(leaf.value) && someWindow(leaf.within) && [...limits, ...leaf.product_nos].every(some);
    }
    case "sequence":
      return [leaf.first, leaf.then, ...(leaf.further ?? [])].every(someFact) && leaf.within.amount > 0 && someWindow(leaf.since);
    case "rfm": {
      const bounds = [leaf.recency_days, leaf.purchases, leaf.money_fen];
      return bounds.some(Boolean) && bounds.every(someBounds);
    }
    case "value":
      return some(leaf.fen);
    case "predicted":
      return some(leaf.value);
    case "segment":
      return leaf.segment_id > 0;
    case "list":
      return leaf.list_id > 0;
    case "relation":
    case "group":
      return true;
  }
}

/** A rule in an address. */
export const writeRule = (rule: Rule): string => JSON.stringify(rule);

/** Read it back; `null` for what is none. Whether it can be asked says the server. */
export function readRule(text: string | null): Rule | null {
  if (!text) return null;
  try {
    const found: unknown = JSON.parse(text);
    return isRule(found) ? found : null;
  } catch {
    return null;
  }
}

function isRule(found: unknown): found is Rule {
  if (typeof found !== "object" || found === null || !("condition" in found) || typeof found.condition !== "string") return false;
  if (found.condition === "not") return "of" in found && isRule(found.of);
  if (found.condition === "all" || found.condition === "any") return "of" in found && Array.isArray(found.of) && found.of.every(isRule);
  return isMade(found.condition);
}

const LEAVES: Record<Leaf["condition"], true> = {
  trait: true, date: true, anniversary: true, tag: true, consent: true, relation: true, group: true, layer: true, first_source: true,
  entry_code: true, did: true, bought: true, sequence: true, rfm: true, value: true, predicted: true, segment: true, list: true,
};

const isMade = (condition: string): condition is Leaf["condition"] => condition in LEAVES;
