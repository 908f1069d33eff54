import type { Evidence, Known } from "./links";

/** Where the nodes of an identity graph stand: a column for what they say of a person, the surest on the left. Pure. */

export const COLUMN = 330;
export const ROW = 84;
/** More than this cannot be read; the table has all. */
export const MOST = 60;

export interface Place {
  id: number;
  column: number;
  x: number;
  y: number;
}

const CONTACTS = ["phone", "email", "alipay"];
const DEVICES = ["anonymous_id", "device_id"];

/** 0 account, 1 contact, 2 device, 3 of somebody else. */
export function columnOf(known: Known | undefined): number {
  if (!known) return 3;
  if (DEVICES.includes(known.type)) return 2;
  return CONTACTS.includes(known.type) ? 1 : 0;
}

/** The identifiers to draw: those with the most evidence when there are too many. */
export function drawn(identifiers: readonly Known[], edges: readonly Evidence[], most = MOST): Known[] {
  if (identifiers.length <= most) return [...identifiers];
  const degree = new Map<number, number>();
  for (const edge of edges) for (const id of [edge.stronger, edge.weaker]) degree.set(id, (degree.get(id) ?? 0) + 1);
  const kept = new Set([...identifiers].sort((a, b) => (degree.get(b.id) ?? 0) - (degree.get(a.id) ?? 0)).slice(0, most).map((one) => one.id));
  return identifiers.filter((one) => kept.has(one.id));
}

export function placed(identifiers: readonly Known[], strangers: readonly number[], edges: readonly Evidence[]): Place[] {
  const columns: number[][] = [[], [], [], []];
  for (const one of identifiers) columns[columnOf(one)]?.push(one.id);
  columns[3]?.push(...strangers);
  const used = columns.filter((column) => column.length > 0);
  const tallest = Math.max(0, ...used.map((column) => column.length));
  const y = new Map<number, number>();
  const stand = (column: number[]): void =>
    column.forEach((id, index) => y.set(id, (index + (tallest - column.length) / 2) * ROW));
  used.forEach(stand);
  // Each column in the order of its neighbours' middle, there and back: few lines cross.
  for (const column of [...used.slice(1), ...used.slice(0, -1).reverse()]) {
    const middle = new Map(column.map((id) => [id, middleOf(id, edges, y)]));
    column.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0) || a - b);
    stand(column);
  }
  return used.flatMap((column, index) => column.map((id) => ({ id, column: index, x: index * COLUMN, y: y.get(id) ?? 0 })));
}

function middleOf(id: number, edges: readonly Evidence[], y: ReadonlyMap<number, number>): number {
  const at = edges
    .filter((edge) => edge.stronger === id || edge.weaker === id)
    .map((edge) => y.get(edge.stronger === id ? edge.weaker : edge.stronger))
    .filter((one) => one !== undefined);
  return at.length ? at.reduce((sum, one) => sum + one, 0) / at.length : (y.get(id) ?? 0);
}
