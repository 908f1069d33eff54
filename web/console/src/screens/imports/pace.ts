/** How fast an import runs, from what was seen of it. Pure. */

export interface Seen {
  /** When the server wrote it, epoch milliseconds. */
  at: number;
  rows: number;
  bytes: number;
}

export interface Pace {
  rowsPerSecond: number;
  /** Until all bytes are read. */
  secondsLeft: number;
}

const WINDOW = 30_000;

/** What was seen, with something newer; what is older than half a minute is forgotten. */
export function seenAlso(seen: readonly Seen[], now: Seen): readonly Seen[] {
  const last = seen.at(-1);
  if (last && last.at >= now.at) return seen;
  return [...seen.filter((each) => each.at > now.at - WINDOW), now];
}

/** `undefined` as long as it was not seen to move. */
export function paceOf(seen: readonly Seen[], totalBytes: number): Pace | undefined {
  const first = seen[0];
  const last = seen.at(-1);
  if (!first || !last || last.at <= first.at || last.bytes <= first.bytes) return undefined;
  const seconds = (last.at - first.at) / 1000;
  return {
    rowsPerSecond: (last.rows - first.rows) / seconds,
    secondsLeft: Math.max(0, totalBytes - last.bytes) / ((last.bytes - first.bytes) / seconds),
  };
}
