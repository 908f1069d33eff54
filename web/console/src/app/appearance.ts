import type { Appearance } from "@siyu/kit";
import { useSyncExternalStore } from "react";

const KEY = "siyu.appearance";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  system.addEventListener("change", listener);
  calm.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    system.removeEventListener("change", listener);
    calm.removeEventListener("change", listener);
  };
}

function chosen(): Appearance {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** What the person chose; `system` until then. */
export function useAppearance(): Appearance {
  return useSyncExternalStore(subscribe, chosen);
}

/** Whether the screen is dark now. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () => (chosen() === "system" ? system.matches : chosen() === "dark"));
}

/** Whether the person's system asks for as little motion as possible. */
export function useStill(): boolean {
  return useSyncExternalStore(subscribe, () => calm.matches);
}

export function chooseAppearance(appearance: Appearance): void {
  localStorage.setItem(KEY, appearance);
  tell();
}
