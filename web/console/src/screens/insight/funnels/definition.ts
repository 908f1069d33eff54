import type { Schema } from "@siyu/api";

export type Step = Schema<"FunnelStep">;
export type Condition = Schema<"PropertyFilter">;
export type Definition = Schema<"FunnelDefinition">;
export type Kind = Schema<"KindShape">;
export type Field = Schema<"FieldShape">;
export type Value = Condition["value"];

export const COMPARISONS = ["eq", "ne", "in", "gt", "lt", "contains"] as const;
export const BYS = ["none", "platform", "source", "first_source"] as const;
export const FEWEST = 2;
export const MOST = 10;

/** What a brand usually asks first: of those who ordered, who pays, and who comes again. */
export const USUAL: Definition = {
  steps: [
    { kind: "order.placed", name: null, where: [] },
    { kind: "order.paid", name: null, where: [] },
    { kind: "order.paid", name: null, where: [] },
  ],
  window: { amount: 30, unit: "day" },
  strict: false,
  by: "none",
};

/** The first question, of kinds that there are. */
export function usual(kinds: readonly Kind[]): Definition {
  const seen = new Set(kinds.filter((kind) => kind.facts > 0).map((kind) => kind.name));
  const steps = USUAL.steps.filter((step) => seen.size === 0 || seen.has(step.kind));
  return steps.length >= FEWEST ? { ...USUAL, steps } : USUAL;
}

/** A definition in the address. */
export function writeDefinition({ steps, window, strict, by }: Definition): string {
  return JSON.stringify({ s: steps.map(({ kind, name, where }) => [kind, name ?? "", where.map((one) => [one.property, one.comparison, one.value])]), w: `${window.amount}${window.unit === "day" ? "d" : "h"}`, ...(strict && { x: 1 }), ...(by !== "none" && { by }) });
}

/** Read it back; `null` for what is none. */
export function readDefinition(text: string | null): Definition | null {
  if (!text) return null;
  try {
    const { s, w, x, by } = JSON.parse(text) as { s: [string, string, [string, string, Value][]][]; w: string; x?: number; by?: string };
    const window = /^(\d{1,4})([dh])$/.exec(w);
    if (!window?.[1]) return null;
    return {
      steps: s.map(([kind, name, where]) => ({
        kind,
        name: name || null,
        where: where.map(([property, comparison, value]) => ({ property, comparison: COMPARISONS.find((one) => one === comparison) ?? "eq", value })),
      })),
      window: { amount: Number(window[1]), unit: window[2] === "d" ? "day" : "hour" },
      strict: x === 1,
      by: BYS.find((one) => one === by) ?? "none",
    };
  } catch {
    return null;
  }
}

/** Whether it can be counted: enough steps, every condition with a value. */
export function isWhole({ steps, window }: Definition): boolean {
  const enough = steps.length >= FEWEST && steps.length <= MOST && window.amount >= 1;
  return enough && steps.every((step) => step.kind && step.where.every((one) => one.property && isGiven(one.value)));
}

function isGiven(value: Value): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== "";
}

const NUMERIC = ["integer", "number"];

/** Comparisons that mean something for a field. */
export function comparisonsFor(field: Field | undefined): readonly Condition["comparison"][] {
  if (!field) return COMPARISONS;
  if (field.type === "boolean") return ["eq", "ne"];
  if (NUMERIC.includes(field.type)) return ["eq", "ne", "gt", "lt", "in"];
  return ["eq", "ne", "in", "contains"];
}

/** What was typed, as the field has it: a number stays text where the field is text. */
export function valueOf(text: string, field: Field | undefined): boolean | number | string {
  if (field?.type === "boolean") return text === "true";
  const numeric = field ? NUMERIC.includes(field.type) : /^-?\d+(\.\d+)?$/.test(text);
  return numeric && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

export function isNumeric(field: Field | undefined): boolean {
  return field !== undefined && NUMERIC.includes(field.type);
}

/** Steps with one of them moved by a place. */
export function moved<Item>(items: readonly Item[], index: number, by: 1 | -1): Item[] {
  const next = [...items];
  const [one] = next.splice(index, 1);
  if (one !== undefined) next.splice(index + by, 0, one);
  return next;
}
