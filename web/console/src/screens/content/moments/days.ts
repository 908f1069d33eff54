import type { Category, Entry, Mix, Phase, PhaseKind, Plan } from "../content";

/** Days, months and mixes of a calendar, on the brand's clock. Pure. */

const DAY_MS = 86_400_000;

/** `2026-03-01` and `17:05` of a moment, in a zone. */
export function wallOf(at: string, zone: string): { day: string; time: string } {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const parts = new Map(format.formatToParts(new Date(at)).map((part) => [part.type, part.value]));
  return { day: `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`, time: `${parts.get("hour")}:${parts.get("minute")}` };
}

/** The moment of a day and a time in a zone, as ISO UTC. */
export function momentOf(day: string, time: string, zone: string): string {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  let at = wanted - offset(wanted, zone);
  at = wanted - offset(at, zone);
  return new Date(at).toISOString();
}

function offset(at: number, zone: string): number {
  const { day, time } = wallOf(new Date(at).toISOString(), zone);
  return Date.parse(`${day}T${time}:00Z`) - Math.floor(at / 60_000) * 60_000;
}

export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** `2026-02` a month further. */
export function plusMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** The weeks that a month touches, from Monday to Sunday. */
export function weeksOf(month: string): string[][] {
  const first = `${month}-01`;
  const weekday = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7;
  const end = `${plusMonths(month, 1)}-01`;
  const weeks: string[][] = [];
  for (let day = plusDays(first, -weekday); day < end; day = plusDays(day, 7)) weeks.push(Array.from({ length: 7 }, (_, at) => plusDays(day, at)));
  return weeks;
}

/** The phase to which a day belongs. */
export function phaseOf(plan: Plan, day: string): Phase | undefined {
  return plan.phases.find((phase) => phase.first <= day && day <= phase.last);
}

/** Posts by day, each day in the order of time. */
export function byDay(entries: readonly Entry[], zone: string): Map<string, (Entry & { time: string })[]> {
  const found = new Map<string, (Entry & { time: string })[]>();
  for (const entry of entries) {
    const { day, time } = wallOf(entry.post.at, zone);
    found.set(day, [...(found.get(day) ?? []), { ...entry, time }]);
  }
  return found;
}

export interface PhaseMix {
  phase: Phase;
  posts: number;
  counts: Record<Category, number>;
  wanted: Mix;
}

/** How many posts of each category every phase has, beside what it wants. */
export function mixesOf(plan: Plan, entries: readonly Entry[], standard: Readonly<Record<PhaseKind, Mix>>, zone: string): PhaseMix[] {
  return [...plan.phases]
    .sort((a, b) => a.first.localeCompare(b.first))
    .map((phase) => {
      const counts = { persona: 0, seeding: 0, brand: 0 };
      for (const { post } of entries) {
        const { day } = wallOf(post.at, zone);
        if (phase.first <= day && day <= phase.last) counts[post.category] += 1;
      }
      return { phase, counts, posts: counts.persona + counts.seeding + counts.brand, wanted: phase.mix ?? standard[phase.kind] };
    });
}
