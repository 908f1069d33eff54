import { answered, api, type Schema } from "@siyu/api";
import { useLanguage } from "@siyu/kit";
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";

import { useMay } from "../../../app/session";
import { useKinds } from "../../channels/accounts";

export type Counted = Schema<"ProgrammeCounted">;

/** A programme of experiments with its groups; nothing is asked without the right. */
export function useProgramme(id: number): UseQueryResult<Counted> {
  return useQuery({
    queryKey: ["programmes", id],
    enabled: useMay()("journeys.read"),
    queryFn: ({ signal }) => answered(api.GET("/api/v1/programmes/{programme_id}", { signal, params: { path: { programme_id: id } } })),
  });
}

/** Ask again for whatever shows a programme. */
export function useProgrammeAgain(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await Promise.all([["programmes"], ["touch"], ["journeys"]].map((queryKey) => client.invalidateQueries({ queryKey })));
  };
}

/** Ways that reach one customer, by their name; the same name in two channels is one. */
export function useWayNames(): { value: string; label: string }[] {
  const language = useLanguage();
  const kinds = useKinds().data?.kinds ?? [];
  const found = new Map<string, Set<string>>();
  for (const way of kinds.flatMap((kind) => kind.ways)) if (way.subject === "customer") found.set(way.name, (found.get(way.name) ?? new Set()).add(way[language]));
  return [...found].map(([value, names]) => ({ value, label: [...names].join(" / ") }));
}
