import { answered, api, type Schema } from "@siyu/api";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";

export type Walk = Schema<"WalkRead">;
export type MirrorStanding = Schema<"StandingRead">;

/** Seldom while all is quiet, often while a reconcile runs. */
const QUIET_MS = 30_000;
const RUNNING_MS = 2000;

export const isRunning = (walk: Walk | null | undefined): boolean => walk?.state === "running";

/** How the mirror of an account stands, with its newest reconcile. */
export function useMirror(account: number): UseQueryResult<MirrorStanding> {
  return useQuery<MirrorStanding>({
    queryKey: ["channels", "mirror", account],
    refetchInterval: ({ state }) => (isRunning(state.data?.last) ? RUNNING_MS : QUIET_MS),
    queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/accounts/{account_id}/mirror", { signal, params: { path: { account_id: account } } })),
  });
}

/** What was looked at, in the order in which people ask for it. */
export const SEEN = ["contact", "staff", "group", "tag"] as const;

/** The counts of a reconcile that say something: the kinds seen, then what differed. Pure. */
export function countsOf(walk: Pick<Walk, "counts">): { seen: [kind: (typeof SEEN)[number], count: number][]; began: number; ended: number } {
  const { counts } = walk;
  const seen = SEEN.flatMap((kind): [(typeof SEEN)[number], number][] => {
    const count = counts[kind] ?? 0;
    return count > 0 ? [[kind, count]] : [];
  });
  return { seen, began: counts["began"] ?? 0, ended: counts["ended"] ?? 0 };
}

/** Seconds that a reconcile took, or has taken until its last piece. */
export function secondsOf({ began_at, moved_at, ended_at }: Pick<Walk, "began_at" | "moved_at" | "ended_at">): number {
  return Math.max(0, (Date.parse(ended_at ?? moved_at) - Date.parse(began_at)) / 1000);
}
