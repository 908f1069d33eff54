import type { Schema } from "@siyu/api";

type Day = Schema<"DayMoves">;
const DAY_MS = 86_400_000;

/** Each day from the first to the last, those without any moves included. Pure. */
export function everyDay(moves: readonly Day[], first: string, last: string): Day[] {
  const known = new Map(moves.map((one) => [one.day, one]));
  const days: Day[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    days.push(known.get(day) ?? { day, entered: 0, left: 0 });
  }
  return days;
}
