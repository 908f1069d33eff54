import type { Funnel } from "../codes";

/** The figures of a code as a funnel. Pure. */

export const FIGURES = ["added", "there", "left", "due", "stayed", "bought"] as const;
export type Figure = (typeof FIGURES)[number];

export function figureOf(text: string | null): Figure | undefined {
  return FIGURES.find((one) => one === text);
}

export interface FunnelStep {
  name: "shown" | "added" | "there" | "stayed" | "bought";
  count: number;
  /** Of those who could have come so far; `null` where nobody knows how many that are. */
  share: number | null;
}

/**
 * From the page to the till. Who stayed is compared with who came long enough ago; everybody else with who was added: how
 * often a QR on a wall was looked at, nobody knows.
 */
export function stepsOf(funnel: Funnel): FunnelStep[] {
  const of = (count: number, all: number): number | null => (all > 0 ? count / all : null);
  return [
    { name: "shown", count: funnel.shown, share: null },
    { name: "added", count: funnel.added, share: null },
    { name: "there", count: funnel.there, share: of(funnel.there, funnel.added) },
    { name: "stayed", count: funnel.stayed, share: of(funnel.stayed, funnel.due) },
    { name: "bought", count: funnel.bought, share: of(funnel.bought, funnel.added) },
  ];
}
