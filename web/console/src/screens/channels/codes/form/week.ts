import type { Schema } from "@siyu/api";

/** Times of the day on days of the week, as the schedule has them. Pure. */

export type Span = Schema<"siyu__channels__types__codes__Span">;

export const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const WHOLE = 24 * 60;

/** What may be typed: 00:00 to 24:00. */
export const TIME = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/;

/** `09:30` as minutes since midnight; `null` while it is no time. */
export function minuteOf(text: string): number | null {
  if (!TIME.test(text)) return null;
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

/** Times to choose from; others can be typed. */
export const HALF_HOURS: readonly string[] = Array.from({ length: 49 }, (_, at) => `${String(Math.floor(at / 2)).padStart(2, "0")}:${at % 2 ? "30" : "00"}`);

/** Whether it is that time; a span over midnight belongs to the day on which it begins. */
export function covers(span: Span, day: number, minute: number): boolean {
  const [begins, ends] = [minuteOf(span.begins), minuteOf(span.ends)];
  if (begins === null || ends === null) return false;
  if (begins < ends) return span.days.includes(day) && begins <= minute && minute < ends;
  const before = day === 1 ? 7 : day - 1;
  return (span.days.includes(day) && minute >= begins) || (span.days.includes(before) && minute < ends);
}

/** A stretch of one day. */
export interface Stretch {
  day: number;
  begins: number;
  ends: number;
}

/** What a span takes of each day; over midnight it is two stretches. */
export function stretches(span: Span): Stretch[] {
  const [begins, ends] = [minuteOf(span.begins), minuteOf(span.ends)];
  if (begins === null || ends === null || begins === ends) return [];
  return span.days.flatMap((day) => {
    if (begins < ends) return [{ day, begins, ends }];
    const late = begins < WHOLE ? [{ day, begins, ends: WHOLE }] : [];
    const early = ends > 0 ? [{ day: day === 7 ? 1 : day + 1, begins: 0, ends }] : [];
    return [...late, ...early];
  });
}

/** Minutes of the week in which none of the spans is, by day; overlaps count once. */
export function uncovered(spans: readonly Span[]): Stretch[] {
  const taken = spans.flatMap(stretches);
  return DAYS.flatMap((day) => {
    const found: Stretch[] = [];
    let free = 0;
    for (const one of taken.filter((each) => each.day === day).sort((a, b) => a.begins - b.begins)) {
      if (one.begins > free) found.push({ day, begins: free, ends: one.begins });
      free = Math.max(free, one.ends);
    }
    if (free < WHOLE) found.push({ day, begins: free, ends: WHOLE });
    return found;
  });
}

/** Stretches of the same time put together, with the days on which they are. */
export function together(found: readonly Stretch[]): Span[] {
  const days = new Map<string, number[]>();
  for (const { day, begins, ends } of found) {
    const key = `${timeOf(begins)}-${timeOf(ends)}`;
    days.set(key, [...(days.get(key) ?? []), day]);
  }
  return [...days].map(([key, on]) => ({ begins: key.slice(0, 5), ends: key.slice(6), days: on }));
}

export function timeOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
