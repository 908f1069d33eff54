import type { Schema } from "@siyu/api";

/** Whether a key opens anything at a moment (epoch milliseconds). A revoked key stays revoked after its expiry. */
export function stateOf(key: Pick<Schema<"ApiKeyRead">, "revoked_at" | "expires_at">, at: number): "active" | "expired" | "revoked" {
  if (key.revoked_at) return "revoked";
  return key.expires_at && Date.parse(key.expires_at) <= at ? "expired" : "active";
}
