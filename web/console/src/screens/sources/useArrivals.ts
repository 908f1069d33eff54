import { answered, api, type Schema } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";

export type Arrivals = Schema<"SourceArrivals">;
const EVERY_MS = 10_000;

/** What comes in through each source, by its id, a few seconds old at most; `undefined` until it is known. */
export function useArrivals(): ReadonlyMap<number, Arrivals> | undefined {
  const query = useQuery({
    queryKey: ["sources", "arrivals"],
    refetchInterval: EVERY_MS,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/arrivals", { signal })),
    select: bySource,
  });
  return query.data;
}

export function bySource(arrivals: readonly Arrivals[]): ReadonlyMap<number, Arrivals> {
  return new Map(arrivals.map((one) => [one.source_id, one]));
}

/** Messages a minute as they are said: exact below ten, whole above. */
export function pace(perMinute: number): number {
  return perMinute < 10 ? Math.round(perMinute * 10) / 10 : Math.round(perMinute);
}
