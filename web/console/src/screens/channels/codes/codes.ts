import { answered, api, type Schema } from "@siyu/api";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";

export type Code = Schema<"CodeRead">;
export type CodeKind = Code["kind"];
export type Funnel = Schema<"CodeFunnel">;

export const KINDS: readonly CodeKind[] = ["staff", "group", "link", "follow"];

/** Staff serve those who come through it, so it has a roster, welcomes and marks. */
export const isServed = (kind: CodeKind): boolean => kind === "staff" || kind === "link";

/** Whoever comes is greeted one by one; a follower with a text alone. */
export const isGreeted = (kind: CodeKind): boolean => kind !== "group";

/** The platform hears of a change within seconds; until then it is asked for again. */
const WORKING_MS = 3000;

export function useCode(id: number): UseQueryResult<Code> {
  return useQuery<Code>({
    queryKey: ["channels", "codes", id],
    refetchInterval: ({ state }) => (state.data && isWorkedOn(state.data) ? WORKING_MS : false),
    queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/codes/{code_id}", { signal, params: { path: { code_id: id } } })),
  });
}

/** What became of those who came in the last so many days. */
export function useFigures(id: number, days: number): UseQueryResult<Funnel> {
  return useQuery({
    queryKey: ["channels", "codes", id, "figures", days],
    staleTime: 60_000,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/codes/{code_id}/figures", { signal, params: { path: { code_id: id }, query: { from: daysAgo(days) } } })),
  });
}

/** The same of every code of a list, by its id. */
export async function figuresOf(codes: readonly Code[], days: number, signal: AbortSignal): Promise<Map<number, Funnel>> {
  if (codes.length === 0) return new Map();
  const query = { ids: codes.map((one) => one.id), from: daysAgo(days) };
  const found = await answered(api.GET("/api/v1/channels/codes/figures", { signal, params: { query } }));
  return new Map(found.map((one) => [one.code_id, one]));
}

export function daysAgo(days: number, now = Date.now()): string {
  return new Date(now - days * 86_400_000).toISOString();
}

type Told = Pick<Code, "archived_at" | "open" | "current" | "problem" | "cards" | "cards_open">;
export type CodeState = "archived" | "problem" | "opening" | "changing" | "open";

/** How a code stands on the platform. */
export function stateOf(code: Told): CodeState {
  if (code.archived_at !== null) return "archived";
  if (code.problem) return "problem";
  if (!code.open) return "opening";
  return code.current ? "open" : "changing";
}

/** The worker is at it, or will be in seconds. */
export function isWorkedOn(code: Told): boolean {
  const state = stateOf(code);
  return state === "opening" || state === "changing" || (state === "open" && code.cards_open < code.cards);
}

/** Where a code hangs, in one line. */
export function placeOf({ region, store }: { region: string; store: string }): string {
  return [region, store].filter(Boolean).join(" · ");
}

/** The address of a picture of a code; without a login nobody sees it. */
export function pictureOf(id: number, what: "qr" | "poster", parameters: Readonly<Record<string, string>>): string {
  return `/api/v1/channels/codes/${id}/${what}?${new URLSearchParams(parameters).toString()}`;
}
