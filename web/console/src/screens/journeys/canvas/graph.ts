import type { Definition, Step } from "../journey";

/** How the steps of a journey lead to one another. Pure. */

/** The place before the first step: who comes in. No step may be called so. */
export const ENTRY = "(entry)";

export interface Way {
  from: string;
  /** `next`, `otherwise`, `dropped`, `case 1` …, as the server calls them; `start` from the entry. */
  way: string;
  /** Empty where it leads nowhere yet. */
  to: string;
}

/** (way, the step it leads to) of every way out of a step. */
export function waysOf(step: Step): { way: string; to: string }[] {
  switch (step.kind) {
    case "goal":
    case "exit":
      return [];
    case "branch":
      return [...step.cases.map((one, index) => ({ way: `case ${index + 1}`, to: one.next })), { way: "otherwise", to: step.otherwise }];
    case "wait_for":
      return [{ way: "next", to: step.next }, { way: "otherwise", to: step.otherwise }];
    case "send":
    case "moment":
      return [{ way: "next", to: step.next }, ...given(step, ["dropped"])];
    case "invite":
      return [{ way: "next", to: step.next }, ...given(step, ["dropped", "full"])];
    case "staff_task":
      return [{ way: "next", to: step.next }, ...given(step, ["declined", "late", "dropped"])];
    case "wait":
    case "tag":
    case "trait":
    case "points":
    case "webhook":
      return [{ way: "next", to: step.next }];
  }
}

/** Ways that lead where `next` does unless something else is said. */
export const OPTIONAL: Partial<Record<Step["kind"], readonly string[]>> = { send: ["dropped"], moment: ["dropped"], invite: ["full", "dropped"], staff_task: ["declined", "late", "dropped"] };

function given(step: object, names: readonly string[]): { way: string; to: string }[] {
  return names.flatMap((way) => {
    const to: unknown = (step as Record<string, unknown>)[way];
    return typeof to === "string" && to ? [{ way, to }] : [];
  });
}

/** The same step with one of its ways leading elsewhere. */
export function ledTo<Kind extends Step>(step: Kind, way: string, to: string): Kind {
  if (step.kind === "branch" && way.startsWith("case ")) {
    const number = Number(way.slice(5)) - 1;
    return { ...step, cases: step.cases.map((one, index) => (index === number ? { ...one, next: to } : one)) };
  }
  return { ...step, [way]: to };
}

/** Every way of a journey, that of the entry first. */
export function ways({ start, steps }: Pick<Definition, "start" | "steps">): Way[] {
  const found: Way[] = [{ from: ENTRY, way: "start", to: start }];
  for (const [name, step] of Object.entries(steps)) for (const { way, to } of waysOf(step)) found.push({ from: name, way, to });
  return found;
}
