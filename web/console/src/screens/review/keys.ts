import { useEffect, useRef } from "react";

/** The neighbour of a place in a list; the ends stay where they are. */
export function beside<One>(list: readonly [One, ...One[]] | readonly One[], place: number, step: 1 | -1): One {
  const next = Math.min(list.length - 1, Math.max(0, place + step));
  const found = list[next];
  if (found === undefined) throw new RangeError("there is nothing beside nothing");
  return found;
}

/** Whether a key was meant for a field, or came with another that changes it. */
export function isTyping(event: Pick<KeyboardEvent, "ctrlKey" | "metaKey" | "altKey" | "target">): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  return event.target instanceof HTMLElement && (event.target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(event.target.tagName));
}

/** Keys that do something on this screen, while `on` and nobody types into a field. */
export function useKeys(on: boolean, does: Record<string, () => void>): void {
  const latest = useRef(does);
  useEffect(() => {
    latest.current = does;
  });
  useEffect(() => {
    if (!on) return undefined;
    const press = (event: KeyboardEvent): void => {
      const act = latest.current[event.key.toLowerCase()];
      if (!act || isTyping(event)) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [on]);
}
