import { answered, api, type Schema } from "@siyu/api";
import { useLanguage } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";

export type Segment = Schema<"Segment">;

const SOON_MS = 2000;

/** One segment; asked again while its evaluation waits. */
export function useSegment(id: number) {
  return useQuery({
    queryKey: ["segments", id],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/segments/{segment_id}", { signal, params: { path: { segment_id: id } } })),
    refetchInterval: ({ state }) => (state.data && waits(state.data) ? SOON_MS : false),
  });
}

/** Whether who is in it is not yet by its newest rule. */
export const waits = (segment: Segment): boolean => segment.people === null || segment.evaluated_version < segment.version;

/** The rule in the language of the screen. */
export function useSentence(): (segment: Segment) => string {
  const language = useLanguage();
  return (segment) => (language === "zh" ? segment.sentence_zh : segment.sentence_en);
}

/** Names of what builds on segments, by id. */
export function useUses() {
  return useQuery({
    queryKey: ["segments", "uses"],
    queryFn: async ({ signal }) => new Map((await answered(api.GET("/api/v1/segments/uses", { signal }))).map((one) => [one.segment_id, one.names])),
  });
}
