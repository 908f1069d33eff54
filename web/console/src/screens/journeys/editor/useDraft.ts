import { answered, api, type Schema } from "@siyu/api";
import { useMutation, useQuery, type UseMutationResult, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { JOURNEYS, useAgain, type Definition, type Journey } from "../journey";
import { done, redone, undone, type History } from "./edit";

const CALM_MS = 500;

export interface Draft {
  definition: Definition;
  /** Change it; `same` names what is being typed in, so that it is undone as one. */
  change: (next: Definition, same?: string) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  dirty: boolean;
  save: UseMutationResult<Journey, Error, void>;
  checked: UseQueryResult<Schema<"Checked">>;
  /** The check is of what is there now. */
  settled: boolean;
}

/** A draft as it is being worked on: with undo, what is wrong with it, and whether it is kept. */
export function useDraft(journey: Journey, saved: Definition): Draft {
  const again = useAgain();
  const [history, setHistory] = useState<History<Definition>>({ past: [], now: saved, future: [] });
  const [typing, setTyping] = useState("");
  const [kept, setKept] = useState(saved);
  const definition = history.now;
  const calm = useCalm(definition);
  const checked = useQuery<Schema<"Checked">>({
    queryKey: [...JOURNEYS, "check", calm],
    staleTime: 30_000,
    placeholderData: (before: Schema<"Checked"> | undefined) => before,
    queryFn: ({ signal }) => answered(api.POST("/api/v1/journeys/check", { signal, body: calm })),
  });
  const save = useMutation({
    mutationFn: async () => {
      const body = definition;
      const found = await answered(api.PUT("/api/v1/journeys/{journey_id}/draft", { params: { path: { journey_id: journey.id } }, body }));
      setKept(body);
      return found;
    },
    onSuccess: () => again(),
  });
  const move = (to: (history: History<Definition>) => History<Definition>) => () => {
    setTyping("");
    setHistory(to);
  };
  return {
    definition,
    change: (next, same = "") => {
      setHistory((old) => done(old, next, same !== "" && same === typing));
      setTyping(same);
    },
    undo: history.past.length ? move(undone) : undefined,
    redo: history.future.length ? move(redone) : undefined,
    dirty: definition !== kept && JSON.stringify(definition) !== JSON.stringify(kept),
    save,
    checked,
    settled: calm === definition && !checked.isFetching,
  };
}

/** A value once it has stayed the same for a moment. */
export function useCalm<Value>(value: Value): Value {
  const [calm, setCalm] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(value), CALM_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return calm;
}
