import type { Schema } from "@siyu/api";

export type Touch = Schema<"RehearsedTouch">;
export const STATES = ["queued", "waiting", "dropped"] as const;
export type TouchState = (typeof STATES)[number];

export interface Day extends Record<TouchState, number> {
  /** `2026-03-01`, of the brand. */
  day: string;
}

export function stateOf(touch: Pick<Touch, "state">): TouchState {
  return STATES.find((one) => one === touch.state) ?? "queued";
}

/** Touches by the brand's day, every day between the first and the last. Pure. */
export function byDay(touches: readonly Pick<Touch, "at" | "state">[], zone: string): Day[] {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  const found = new Map<string, Day>();
  for (const touch of touches) {
    const day = format.format(new Date(touch.at));
    const row = found.get(day) ?? { day, queued: 0, waiting: 0, dropped: 0 };
    row[stateOf(touch)] += 1;
    found.set(day, row);
  }
  const days = [...found.keys()].sort();
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return [];
  const all: Day[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    all.push(found.get(day) ?? { day, queued: 0, waiting: 0, dropped: 0 });
  }
  return all;
}
