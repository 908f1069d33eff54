import type { Filter, ListQuery, Sort } from "./types";

/** The state of a list in its address. Pure. */

export const LIMITS = [20, 50, 100, 200] as const;
export const DEFAULT_LIMIT = 50;

/** Names in the address that a filter occupies. */
export function namesOf(filter: Filter): string[] {
  return filter.kind === "dates" ? [`${filter.key}_from`, `${filter.key}_until`] : [filter.key];
}

export function readList(search: URLSearchParams, filters: readonly Filter[], prefix = ""): ListQuery {
  const found: Record<string, string> = {};
  for (const name of filters.flatMap(namesOf)) {
    const value = search.get(prefix + name);
    if (value) found[name] = value;
  }
  const limit = Number(search.get(`${prefix}limit`));
  return {
    filters: found,
    sort: readSort(search.get(`${prefix}sort`)),
    cursor: search.get(`${prefix}cursor`) ?? undefined,
    limit: (LIMITS as readonly number[]).includes(limit) ? limit : DEFAULT_LIMIT,
  };
}

function readSort(text: string | null): Sort | undefined {
  if (!text) return undefined;
  return text.startsWith("-") ? { key: text.slice(1), descending: true } : { key: text, descending: false };
}

export function writeSort(sort: Sort | undefined): string | undefined {
  return sort && (sort.descending ? `-${sort.key}` : sort.key);
}

/** The address with some names changed; anything but turning the page goes back to the first. */
export function changed(
  search: URLSearchParams,
  values: Record<string, string | undefined>,
  prefix = "",
): URLSearchParams {
  const next = new URLSearchParams(search);
  next.delete(`${prefix}cursor`);
  for (const [name, value] of Object.entries(values)) {
    if (value) next.set(prefix + name, value);
    else next.delete(prefix + name);
  }
  return next;
}

/** What of an address makes a view: everything of this list but the place in it. */
export function viewOf(search: URLSearchParams, filters: readonly Filter[], prefix = ""): string {
  const names = new Set([...filters.flatMap(namesOf), "sort", "limit"].map((name) => prefix + name));
  return new URLSearchParams([...search].filter(([name]) => names.has(name))).toString();
}

/** From the first moment of one day to the first moment after another, in a zone, as ISO UTC. */
export function dayBounds(
  filters: Record<string, string>,
  key: string,
  zone: string,
): { from?: string; before?: string } {
  const from = filters[`${key}_from`];
  const until = filters[`${key}_until`];
  return { from: from && startOfDay(from, 0, zone), before: until && startOfDay(until, 1, zone) };
}

function startOfDay(day: string, plus: number, zone: string): string | undefined {
  const wall = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(wall) ? undefined : atWall(wall + plus * 86_400_000, zone);
}

/** A moment that the clocks of a zone show as `2026-05-01T19:30:00`, as ISO UTC. */
export function momentIn(zone: string, shown: string): string {
  return atWall(Date.parse(`${shown.slice(0, 19)}Z`), zone);
}

function atWall(wanted: number, zone: string): string {
  // The offset is that of the moment itself, which the second step gets right around a change of clocks.
  let at = wanted - offset(wanted, zone);
  at = wanted - offset(at, zone);
  return new Date(at).toISOString();
}

/** Milliseconds by which the clocks of a zone are ahead of UTC at a moment. */
function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return wall - Math.floor(at / 1000) * 1000;
}
