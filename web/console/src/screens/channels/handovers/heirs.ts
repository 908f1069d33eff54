import type { Schema } from "@siyu/api";

/** Rows of who waits, by whom they had: the platform is asked for each giver apart. Pure. */

const BETWEEN = "\n"; // in no id of a platform

export const keyOf = (row: Pick<Schema<"HeirlessRead">, "staff_id" | "contact_id">): string => `${row.staff_id}${BETWEEN}${row.contact_id}`;

export function byGiver(keys: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const key of keys) {
    const [giver = "", contact = ""] = key.split(BETWEEN);
    const of = found.get(giver);
    if (of) of.push(contact);
    else found.set(giver, [contact]);
  }
  return found;
}
