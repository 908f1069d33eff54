import { answered, api, type Schema } from "@siyu/api";
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";

export type Round = Schema<"RoundRead">;
export type Draw = Schema<"DrawRead">;
export type Rules = Schema<"DrawRulesRead">;
export type Pool = Schema<"Pool">;
export type Prize = Schema<"Prize">;
export type FreeOrders = Schema<"FreeOrders">;
export type Rebate = Schema<"Rebate">;
export type Standing = "before" | "open" | "closed" | "ended";

/** Everything about draws lies below this key. */
export const DRAWS = ["draws"] as const;
/** The weights of a pool come to this. */
export const WHOLE = 1_000_000;

export function useDrawRules(): UseQueryResult<Rules> {
  return useQuery({ queryKey: [...DRAWS, "rules"], queryFn: ({ signal }) => answered(api.GET("/api/v1/draws/rules", { signal })) });
}

export function useRound(id: number): UseQueryResult<Round> {
  return useQuery({ queryKey: [...DRAWS, "rounds", id], queryFn: ({ signal }) => answered(api.GET("/api/v1/draws/rounds/{round_id}", { signal, params: { path: { round_id: id } } })) });
}

export function useAgain(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: DRAWS });
}

/** Whether one can draw now. */
export function standingOf({ opens_at, closes_at, ended_at }: Pick<Round, "opens_at" | "closes_at" | "ended_at">, now: number): Standing {
  if (ended_at !== null) return "ended";
  if (now < Date.parse(opens_at)) return "before";
  return now < Date.parse(closes_at) ? "open" : "closed";
}

/** The name that a rule was published with. */
export function nameOf(round: Pick<Round, "rule" | "code">): string {
  return typeof round.rule["name"] === "string" ? round.rule["name"] : round.code;
}

/** What a weight is in percent, exactly: six digits are enough for parts per million. */
export function percentOf(weight: number): string {
  return String(weight / 10_000);
}

/** What is missing to 100 %, in parts per million; below zero: too much. */
export function missing(prizes: readonly Pick<Prize, "weight">[]): number {
  return WHOLE - prizes.reduce((sum, one) => sum + one.weight, 0);
}
