import type { Workload } from "../mirrored";

export const STANDINGS = ["serves", "idle", "inactive", "gone"] as const;

/** Whether a member of staff may have customers. Pure. */
export function standingOfStaff({ gone_at, active, serves }: Pick<Workload, "gone_at" | "active" | "serves">): (typeof STANDINGS)[number] {
  if (gone_at !== null) return "gone";
  if (!active) return "inactive";
  return serves ? "serves" : "idle";
}
