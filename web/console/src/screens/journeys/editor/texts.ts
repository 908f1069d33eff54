/** Variables in texts and the limits of ways, as the server counts them. Pure. */

export interface Variable {
  /** As it stands between the braces: `trait.city`, `entry.product`, or one of the journey's own. */
  name: string;
  fallback: string | null;
}

const VARIABLE = /\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}/g;

export function variablesIn(text: string): Variable[] {
  return [...text.matchAll(VARIABLE)].map((found) => ({ name: found[1] ?? "", fallback: found[2] ?? null }));
}

/** Those that may turn out empty: no fallback, and no value of the journey's own. */
export function withoutValue(text: string, own: Readonly<Record<string, string>>): string[] {
  return variablesIn(text).flatMap((one) => (one.fallback === null && !(!/^(trait|entry)\./.test(one.name) && own[one.name]) ? [one.name] : []));
}

/** The text with the journey's own variables filled in, and the others as their fallbacks. */
export function filled(text: string, own: Readonly<Record<string, string>>): string {
  return text.replace(VARIABLE, (_, name: string, fallback: string | undefined) => {
    const value = /^(trait|entry)\./.test(name) ? "" : (own[name] ?? "");
    return value.trim() ? value : (fallback ?? "");
  });
}

export interface Limit {
  max_bytes: number;
  max_characters: number;
}

export interface Measured {
  used: number;
  most: number;
  unit: "bytes" | "characters";
}

/** How much of the narrowest of these limits a text takes; `null` where there is none. */
export function measured(text: string, limits: readonly Limit[]): Measured | null {
  const bytes = new TextEncoder().encode(text).length;
  const characters = [...text].length;
  const all = limits.flatMap(({ max_bytes, max_characters }): Measured[] => [
    ...(max_bytes ? [{ used: bytes, most: max_bytes, unit: "bytes" as const }] : []),
    ...(max_characters ? [{ used: characters, most: max_characters, unit: "characters" as const }] : []),
  ]);
  return all.sort((a, b) => b.used / b.most - a.used / a.most || a.most - b.most)[0] ?? null;
}

const UNITS = { s: 1 / 60, m: 1, h: 60, d: 1440 } as const;
type Unit = keyof typeof UNITS;

/** Minutes of `1d 12h`; `null` where it is no length of time. */
export function minutesOf(span: string): number | null {
  const parts = span.trim().split(/\s+/);
  let total = 0;
  for (const part of parts) {
    const found = /^(\d+)([smhd])$/.exec(part);
    if (!found) return null;
    total += Number(found[1]) * UNITS[found[2] as Unit];
  }
  return total;
}

/** The greatest unit in which it is whole. */
export function unitOf(minutes: number): { amount: number; unit: "m" | "h" | "d" } {
  const unit = minutes % UNITS.d === 0 ? "d" : minutes % UNITS.h === 0 ? "h" : "m";
  return { amount: minutes / UNITS[unit], unit };
}
