import type { Schema } from "@siyu/api";

/** Whether an account works, in one word. Pure. */

export type Finding = Schema<"FindingRead">;
type Known = Pick<Schema<"AccountRead">, "state" | "health">;

export type Standing = "paused" | "unknown" | "ok" | "bad";

export function standingOf({ state, health }: Known): Standing {
  if (state === "paused") return "paused";
  if (!health) return "unknown";
  return health.ok ? "ok" : "bad";
}

/** What is wrong first, in the order in which it is to be mended; then what is right. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings.filter((one) => !one.ok), ...findings.filter((one) => one.ok)];
}

/** What is to be mended first; `undefined` when nothing is wrong or nothing was tried. */
export function worst({ state, health }: Known): Finding | undefined {
  return state === "paused" ? undefined : health?.findings.find((one) => !one.ok);
}
