import { answered, api, type Schema } from "@siyu/api";
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";

export type Definition = Schema<"Definition-Input">;
export type Journey = Schema<"JourneyRead">;
export type Row = Schema<"JourneyRow">;
export type State = Journey["state"];
export type Step = Definition["steps"][string];
export type StepKind = Step["kind"];
export type StepOf<Kind extends StepKind> = Extract<Step, { kind: Kind }>;
export type Trigger = Definition["trigger"];
export type TriggerKind = Trigger["kind"];
export type FactMatch = Schema<"FactTest">;
export type PropertyTest = FactMatch["where"][number];
export type When = Schema<"Case-Input">["when"];
export type Wish = Schema<"Wish">;
export type Attachment = Schema<"Attachment">;
export type Problem = Schema<"siyu__journeys__types__problems__Problem">;
export type Figures = Schema<"Figures">;
export type Template = Schema<"TemplateRead">;

export const STEP_KINDS = ["send", "wait", "wait_for", "branch", "invite", "moment", "staff_task", "tag", "trait", "points", "webhook", "goal", "exit"] as const satisfies readonly StepKind[];
export const TRIGGER_KINDS = ["fact", "segment", "time", "date", "code", "manual"] as const satisfies readonly TriggerKind[];
export const PURPOSES = ["marketing", "transactional", "service"] as const;
export const STATES = ["draft", "running", "paused", "draining", "stopped"] as const satisfies readonly State[];

/** Everything about journeys lies below this key. */
export const JOURNEYS = ["journeys"] as const;

export function useJourney(id: number): UseQueryResult<{ journey: Journey; definition: Definition }> {
  return useQuery({
    queryKey: [...JOURNEYS, id],
    staleTime: 0,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/journeys/{journey_id}", { signal, params: { path: { journey_id: id } } })),
  });
}

export function useTemplates(): UseQueryResult<Template[]> {
  return useQuery({ queryKey: [...JOURNEYS, "templates"], staleTime: 5 * 60_000, queryFn: ({ signal }) => answered(api.GET("/api/v1/journeys/templates", { signal })) });
}

/** Ask again for what may have changed. */
export function useAgain(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: JOURNEYS });
}

/** A key that nobody else has chosen, from a name: what is left of it in small letters, and the time. */
export function keyOf(name: string, now: number, otherwise = "journey"): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40);
  return [plain || otherwise, now.toString(36)].join("-");
}
