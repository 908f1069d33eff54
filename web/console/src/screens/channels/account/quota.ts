import type { Schema } from "@siyu/api";

/** How much of the account's own quota is used, as a share of 1; `null` where there is no end to compare with. */
export function shareUsed({ used, left }: Pick<Schema<"QuotaRead">, "used" | "left">): number | null {
  if (left === null || used + left <= 0) return null;
  return used / (used + left);
}
