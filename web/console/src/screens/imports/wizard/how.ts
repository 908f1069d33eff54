import type { Schema } from "@siyu/api";

export type How = Omit<Schema<"RunHow">, "source" | "links_first">;

/** How to read the file, from the address. */
export function howOf(search: URLSearchParams): How {
  return {
    kind: search.get("kind") === "customers" ? "customers" : "orders",
    platform: search.get("platform") || null,
    shop: search.get("shop") ?? "",
    mapping: search.get("mapping") || null,
  };
}

/** The same as an address. */
export function searchOf(how: How): string {
  const given = Object.entries(how).filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "");
  return new URLSearchParams(given).toString();
}
