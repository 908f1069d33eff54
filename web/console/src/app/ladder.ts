import type { Schema } from "@siyu/api";
import { useLanguage } from "@siyu/kit";
import { useCallback } from "react";

import { useConfig } from "./config";

export type Rung = Schema<"LadderRung">;

/** The ladder of relations as this Siyu has it, the lowest rung first. */
export function useLadder(): readonly Rung[] {
  return useConfig().ladder;
}

/** What a layer of the ladder is called. */
export function useLayerName(): (layer: number) => string {
  const ladder = useLadder();
  const language = useLanguage();
  return useCallback((layer: number) => ladder.find((rung) => rung.layer === layer)?.[language] ?? String(layer), [ladder, language]);
}
