import type { Schema } from "@siyu/api";

/** What an operator fills in to connect an account. Pure, apart from chance. */

type Field = Schema<"KindField">;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
// An AES key as base64 without its "=": the last letter of such a text carries four bits only.
const LAST = [...LETTERS].filter((_, at) => at % 4 === 0).join("");
const KEY_LENGTH = 43;

/** What a callback is signed and encrypted with is agreed between us and the platform: who of the two makes it up is the same. */
export function canBeMadeUp(field: Pick<Field, "name" | "secret">): boolean {
  return field.secret && CALLBACK.includes(field.name);
}

const CALLBACK: readonly string[] = ["callback_token", "callback_key", "encoding_aes_key"];

export function isKey(field: Pick<Field, "name">): boolean {
  return field.name === "encoding_aes_key" || field.name === "callback_key";
}

export function madeUp(field: Pick<Field, "name">): string {
  if (!isKey(field)) return letters(32, LETTERS);
  return letters(KEY_LENGTH - 1, LETTERS) + letters(1, LAST);
}

function letters(count: number, from: string): string {
  let text = "";
  while (text.length < count) {
    for (const byte of crypto.getRandomValues(new Uint8Array(64))) {
      // What is beyond the last whole round would make the first letters likelier.
      if (byte < 256 - (256 % from.length) && text.length < count) text += from[byte % from.length];
    }
  }
  return text;
}

/** What was typed, without what was left alone. */
export function filledIn(values: Readonly<Record<string, string | undefined>>, fields: readonly Field[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name } of fields) {
    const value = values[name];
    if (value !== undefined) found[name] = value.trim();
  }
  return found;
}

/** What differs from what is there; secrets differ when they were typed. */
export function changedIn(values: Readonly<Record<string, string | undefined>>, fields: readonly Field[], settings: Readonly<Record<string, string>>): Record<string, string> {
  const typed = filledIn(values, fields);
  return Object.fromEntries(fields.flatMap(({ name, secret }) => {
    const value = typed[name];
    const differs = secret ? Boolean(value) : value !== undefined && value !== (settings[name] ?? "");
    return differs && value !== undefined ? [[name, value]] : [];
  }));
}
