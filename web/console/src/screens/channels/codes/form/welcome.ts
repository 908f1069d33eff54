import type { Draft, DraftGreeting } from "./draft";
import { covers, type Span } from "./week";

/** What a welcome says at some moment. Pure; the server does the same when it greets. */

export const VARIABLES = ["name", "staff", "greeting", "brand", "store"] as const;
export type Variable = (typeof VARIABLES)[number];

/** The first whose time it is; one without a time is for any. A form holds days only of those that have a time. */
export function greetingAt<One extends Partial<DraftGreeting>>(greetings: readonly (One | undefined)[], day: number, minute: number): One | undefined {
  return greetings.find((one) => one && (!one.timed || (isSpan(one) && covers(one, day, minute))));
}

function isSpan(one: Partial<Span>): one is Span {
  return Array.isArray(one.days) && one.begins !== undefined && one.ends !== undefined;
}

/** Who is on duty; the backups when nobody is. What is still being filled in counts as nothing. */
export function onDutyAt({ staff = [], shifts = [], backups = [] }: Partial<Draft>, day: number, minute: number): string[] {
  const now = shifts.filter((one) => Array.isArray(one?.days) && covers(one, day, minute)).flatMap((one) => one.staff ?? []);
  const duty = [...new Set([...staff, ...now])];
  return duty.length > 0 ? duty : backups;
}

/** How one says hello at this time of the day, as the server does. */
export function helloAt(minute: number): string {
  const hour = Math.floor(minute / 60);
  if (hour >= 5 && hour < 11) return "早上好";
  if (hour >= 11 && hour < 13) return "中午好";
  return hour >= 13 && hour < 18 ? "下午好" : "晚上好";
}

/** The text with its variables; braces that stand for nothing stay. */
export function filled(text: string, values: Readonly<Partial<Record<Variable, string>>>): string {
  return text.replaceAll(/\{([^{}]*)\}/g, (whole, name: string) => values[name as Variable] ?? whole);
}

/** Names in braces that stand for nothing; the server would refuse them. */
export function unknownIn(text: string, known: readonly string[] = VARIABLES): string[] {
  return [...text.matchAll(/\{([^{}]*)\}/g)].map((found) => found[1] ?? "").filter((name) => !known.includes(name));
}
