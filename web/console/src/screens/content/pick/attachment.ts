import type { Material } from "../content";

/** The field of an attachment that names bytes which lie here by their hash. */
export const MEDIUM = "medium";

const VARIABLE = /\{\{\s*([^{}|.]+?)\s*(\|[^{}]*)?\}\}/g;

/** A text of a material as journeys write it: what is known of a person is a trait there. */
export function asJourney(text: string): string {
  return text.replace(VARIABLE, (_, name: string, fallback: string | undefined) => `{{trait.${name}${fallback ?? ""}}}`);
}

/** A material as what goes with a step's text; as it is now. */
export function attachmentOf({ kind, fields, medium }: Material): { kind: string; fields: Record<string, string> } {
  const own = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, asJourney(value)]));
  return { kind, fields: medium ? { ...own, [MEDIUM]: medium } : own };
}
