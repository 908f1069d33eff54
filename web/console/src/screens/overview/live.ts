import { useEffect, useReducer, useState, useSyncExternalStore } from "react";

/** One fact as the stream tells it. */
export interface LiveFact {
  fact_id: number;
  kind: string;
  name: string;
  customer_id: number | null;
  amount_fen: number | null;
  /** ISO or epoch milliseconds. */
  occurred_at: string | number;
  source_id: number;
}

/** How many are shown. */
export const lines = 40;

/** The newest first, each once. */
export function added(shown: readonly LiveFact[], facts: readonly LiveFact[]): LiveFact[] {
  const known = new Set(shown.map((fact) => fact.fact_id));
  const fresh = facts.filter((fact) => !known.has(fact.fact_id));
  return fresh.length ? [...fresh.reverse(), ...shown].slice(0, lines) : [...shown];
}

export type Connection = "connecting" | "open" | "lost" | "paused";

/**
 * What happens now. The connection is closed while `paused` and while nobody looks at the tab; the last facts come again
 * when it is opened.
 */
export function useLive(paused: boolean): { facts: readonly LiveFact[]; skipped: number; connection: Connection } {
  const visible = useVisible();
  const [facts, take] = useReducer(added, []);
  const [skipped, skip] = useReducer((sum: number, more: number) => sum + more, 0);
  const [state, setState] = useState<Connection>("connecting");
  const on = visible && !paused;
  useEffect(() => {
    if (!on) return undefined;
    const stream = new EventSource("/api/v1/live");
    // Facts that come within one moment are drawn once.
    let waiting: LiveFact[] = [];
    const timer = setInterval(() => {
      if (waiting.length === 0) return;
      take(waiting);
      waiting = [];
    }, 400);
    stream.addEventListener("open", () => setState("open"));
    stream.addEventListener("fact", (event: MessageEvent<string>) => waiting.push(JSON.parse(event.data) as LiveFact));
    stream.addEventListener("skipped", (event: MessageEvent<string>) => skip(skippedIn(event.data)));
    stream.addEventListener("error", () => setState("lost"));
    return () => {
      clearInterval(timer);
      stream.close();
    };
  }, [on]);
  return { facts, skipped, connection: on ? state : "paused" };
}

function skippedIn(text: string): number {
  const data = JSON.parse(text) as number | { skipped?: number; count?: number };
  return typeof data === "number" ? data : (data.skipped ?? data.count ?? 0);
}

function useVisible(): boolean {
  return useSyncExternalStore(
    (changed) => {
      document.addEventListener("visibilitychange", changed);
      return () => document.removeEventListener("visibilitychange", changed);
    },
    () => document.visibilityState === "visible",
  );
}
