import { useSyncExternalStore } from "react";

const STEP_MS = 15_000;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) now = Date.now(); // nobody kept it going
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const tell of listeners) tell();
  }, STEP_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time in epoch milliseconds, as of the last quarter of a minute: one clock for everything that says "3 minutes ago". */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
