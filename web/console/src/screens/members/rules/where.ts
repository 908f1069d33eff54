/** Conditions on properties of a fact, as lines of text: `relation = friend`. Pure. */

export type Where = Record<string, string | number | boolean>;

/** A value as it is typed: whole numbers and true/false are what they are, text in quotes is text whatever it says. */
export function valueOf(typed: string): string | number | boolean {
  const text = typed.trim();
  if (text === "true" || text === "false") return text === "true";
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  return /^".*"$/.test(text) ? text.slice(1, -1) : text;
}

export function typed(value: string | number | boolean): string {
  return typeof value === "string" && valueOf(value) !== value ? `"${value}"` : String(value);
}

/** One condition as it is shown, and back; `null` for what is none. */
export const written = (where: Where): string[] => Object.entries(where).map(([name, value]) => `${name}=${typed(value)}`);

export function readWhere(lines: readonly string[]): Where | null {
  const found: Where = {};
  for (const line of lines) {
    const match = /^\s*([A-Za-z0-9_.]+)\s*=\s*(.+?)\s*$/.exec(line);
    if (!match?.[1] || match[2] === undefined) return null;
    found[match[1]] = valueOf(match[2]);
  }
  return found;
}
