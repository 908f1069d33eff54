import { ENTRY, ways, type Way } from "./graph";
import type { Definition } from "../journey";

/**
 * Where steps stand: in rows from the top, each below all that lead to it; a way over several rows gets a lane of its own
 * in each. Rows are ordered by the middle of their neighbours, and stand as near below them as there is room. Pure.
 */

export const WIDTH = 248;
export const HEIGHT = 92;
const GAP_X = 36;
const GAP_Y = 60;
const LANE = 28;
const ROUNDS = 6;

export interface Point {
  x: number;
  y: number;
}

export interface Drawn extends Way {
  /** The places of its lanes, between both ends. */
  through: Point[];
  /** It leads back up. */
  back: boolean;
}

export interface Layout {
  /** Top left corners by the names of the steps, and of the entry. */
  places: Map<string, Point>;
  ways: Drawn[];
  width: number;
  height: number;
}

interface Link {
  from: string;
  to: string;
}

export function layout(definition: Pick<Definition, "start" | "steps">): Layout {
  const names = [ENTRY, ...Object.keys(definition.steps)];
  const known = new Set(names);
  const all = ways(definition).filter((one) => known.has(one.to));
  const backwards = backOf(names, all);
  const down = all.filter((one) => !backwards.has(one));
  const row = rowsOf(names, down);
  const rows: string[][] = Array.from({ length: Math.max(...row.values()) + 1 }, () => []);
  for (const name of names) rows[row.get(name) ?? 0]?.push(name);
  const links: Link[] = [];
  const lanes = new Map<Way, string[]>();
  down.forEach((way, index) => lanes.set(way, lay(way, index, row, rows, links)));
  order(rows, links);
  const x = stand(rows, links, known);
  const left = Math.min(...x.values());
  const center = (name: string): number => (x.get(name) ?? 0) - left;
  const places = new Map(names.map((name) => [name, { x: center(name) - WIDTH / 2, y: (row.get(name) ?? 0) * (HEIGHT + GAP_Y) }]));
  const laneAt = (lane: string): Point => ({ x: center(lane), y: rows.findIndex((one) => one.includes(lane)) * (HEIGHT + GAP_Y) });
  return {
    places,
    ways: all.map((way) => ({ ...way, through: (lanes.get(way) ?? []).map(laneAt), back: backwards.has(way) })),
    width: Math.max(...x.values()) - left + WIDTH,
    height: rows.length * (HEIGHT + GAP_Y) - GAP_Y,
  };
}

/** The ways that close a circle. */
function backOf(names: readonly string[], all: readonly Way[]): Set<Way> {
  const out = new Map(names.map((name) => [name, all.filter((one) => one.from === name)]));
  const state = new Map<string, "open" | "done">();
  const found = new Set<Way>();
  const visit = (name: string): void => {
    state.set(name, "open");
    for (const way of out.get(name) ?? []) {
      const there = state.get(way.to);
      if (there === "open") found.add(way);
      else if (there === undefined) visit(way.to);
    }
    state.set(name, "done");
  };
  for (const name of names) if (!state.has(name)) visit(name);
  return found;
}

/** The row of each: one below the lowest of those that lead there. */
function rowsOf(names: readonly string[], down: readonly Way[]): Map<string, number> {
  const row = new Map(names.map((name) => [name, name === ENTRY ? 0 : 1]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const { from, to } of down) {
      const least = (row.get(from) ?? 0) + 1;
      if ((row.get(to) ?? 0) < least) {
        row.set(to, least);
        changed = true;
      }
    }
  }
  return row;
}

/** Put a lane into each row that a way passes; gives their names. */
function lay(way: Way, index: number, row: ReadonlyMap<string, number>, rows: string[][], links: Link[]): string[] {
  const lanes: string[] = [];
  let from = way.from;
  for (let at = (row.get(way.from) ?? 0) + 1; at < (row.get(way.to) ?? 0); at++) {
    const lane = `\u0000${index} ${at}`;
    rows[at]?.push(lane);
    links.push({ from, to: lane });
    lanes.push(lane);
    from = lane;
  }
  links.push({ from, to: way.to });
  return lanes;
}

/** Each row in the order of its neighbours' middle, down and up again: few ways cross. */
function order(rows: string[][], links: readonly Link[]): void {
  const place = new Map<string, number>();
  const note = (row: readonly string[]): void => row.forEach((name, index) => place.set(name, (index + 0.5) / row.length));
  rows.forEach(note);
  for (let round = 0; round < ROUNDS; round++) {
    const downwards = round % 2 === 0;
    for (const row of downwards ? rows.slice(1) : rows.slice(0, -1).reverse()) {
      const middle = new Map(row.map((name) => [name, meanOf(links, name, downwards, place) ?? place.get(name) ?? 0]));
      row.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0));
      note(row);
    }
  }
}

function meanOf(links: readonly Link[], name: string, upper: boolean, of: ReadonlyMap<string, number>): number | undefined {
  const found = links.flatMap((one) => (upper ? one.to === name && of.get(one.from) : one.from === name && of.get(one.to)) || []);
  return found.length ? found.reduce((sum, one) => sum + one, 0) / found.length : undefined;
}

/** The middle of each, over the width: as near to its neighbours' middle as the order of the row allows. */
function stand(rows: readonly string[][], links: readonly Link[], real: ReadonlySet<string>): Map<string, number> {
  const half = (name: string): number => (real.has(name) ? WIDTH + GAP_X : LANE) / 2;
  const x = new Map<string, number>();
  for (const row of rows) {
    const total = row.reduce((sum, name) => sum + 2 * half(name), 0);
    let at = -total / 2;
    for (const name of row) {
      x.set(name, at + half(name));
      at += 2 * half(name);
    }
  }
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const downwards = round % 2 === 0;
    for (const row of downwards ? rows.slice(1) : rows.slice(0, -1).reverse()) {
      const wanted = row.map((name) => meanOf(links, name, downwards, x) ?? x.get(name) ?? 0);
      spread(row.map(half), wanted, row.map((name) => (real.has(name) ? 1 : 4))).forEach((at, index) => x.set(row[index] ?? "", at));
    }
  }
  return x;
}

/** The places nearest to the wanted ones (weighted least squares) at which nothing overlaps and the order stays. */
export function spread(half: readonly number[], wanted: readonly number[], weight: readonly number[]): number[] {
  const offset: number[] = [];
  half.forEach((one, index) => offset.push(index === 0 ? 0 : (offset[index - 1] ?? 0) + (half[index - 1] ?? 0) + one));
  const blocks: { sum: number; weight: number; count: number }[] = [];
  wanted.forEach((at, index) => {
    const heavy = weight[index] ?? 1;
    blocks.push({ sum: (at - (offset[index] ?? 0)) * heavy, weight: heavy, count: 1 });
    for (let last = blocks.length - 1; last > 0; last--) {
      const [one, two] = [blocks[last - 1], blocks[last]];
      if (!one || !two || one.sum / one.weight <= two.sum / two.weight) break;
      blocks.splice(last - 1, 2, { sum: one.sum + two.sum, weight: one.weight + two.weight, count: one.count + two.count });
    }
  });
  return blocks.flatMap((block) => Array.from({ length: block.count }, () => block.sum / block.weight)).map((at, index) => at + (offset[index] ?? 0));
}
