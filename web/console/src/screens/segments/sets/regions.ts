import type { Schema } from "@siyu/api";

import type { Rule } from "../rule/tree";

/** Sets made of segments: every part that several of them cut each other into. Pure. */

export type Expression = Schema<"SetAsked">["expression"];

export const MOST_SETS = 4;

const one = (segment_id: number): Expression => ({ set: "segment", segment_id });

/** Those in all of `inside` and in none of the others. */
export function regionOf(ids: readonly number[], inside: readonly number[]): Expression {
  const within: Expression = inside.length === 1 && inside[0] !== undefined ? one(inside[0]) : { set: "intersection", of: inside.map(one) };
  const outside = ids.filter((id) => !inside.includes(id)).map(one);
  return outside.length === 0 ? within : { set: "difference", of: [within, ...outside] };
}

/** Every choice of some of them: first those in only one, last those in all. */
export function choices(ids: readonly number[]): number[][] {
  const all = Array.from({ length: 2 ** ids.length - 1 }, (_, bits) => ids.filter((_id, at) => ((bits + 1) >> at) % 2 === 1));
  return all.sort((a, b) => a.length - b.length);
}

/** Those in any of them. */
export const anyOf = (ids: readonly number[]): Expression => ({ set: "union", of: ids.map(one) });

/** Those in none of them. */
export const noneOf = (ids: readonly number[]): Expression => ({ set: "not", of: anyOf(ids) });

/** The same as a rule, to be kept as a segment. */
export function asRule(expression: Expression): Rule {
  switch (expression.set) {
    case "segment":
      return { condition: "segment", segment_id: expression.segment_id };
    case "union":
      return { condition: "any", of: expression.of.map(asRule) };
    case "intersection":
      return { condition: "all", of: expression.of.map(asRule) };
    case "not":
      return { condition: "not", of: asRule(expression.of) };
    case "difference": {
      const [first, ...others] = expression.of.map(asRule);
      if (!first) return { condition: "all", of: [] };
      return others.length === 0 ? first : { condition: "all", of: [first, { condition: "not", of: { condition: "any", of: others } }] };
    }
  }
}
