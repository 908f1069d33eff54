import { useLanguage } from "@siyu/kit";

import { useNames } from "../../customers/names";
import type { Kind, Step } from "./definition";

/** How a kind of fact is called on the screen. */
export function useKindName(kinds: readonly Kind[]): (kind: string) => string {
  const language = useLanguage();
  const names = useNames();
  return (kind) => {
    const found = kinds.find((one) => one.name === kind);
    return found && language === "zh" ? found.zh : names.kind(kind);
  };
}

/** How a step is called: the name of its event, or its kind. */
export function useStepName(kinds: readonly Kind[]): (step: Step) => string {
  const name = useKindName(kinds);
  return (step) => step.name ?? name(step.kind);
}
