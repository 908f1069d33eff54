import { ApiError, answered, api } from "@siyu/api";
import { MutationCache, QueryCache, QueryClient, useMutation, useQuery, useQueryClient, type UseMutationResult } from "@tanstack/react-query";
import { useRef } from "react";

/** Under this key lies whether somebody is signed in: `false` sends to the sign-in. */
export const SIGNED_IN = ["signed-in"] as const;

/** A sign-in that is still in the queue is through within moments; else trying again helps only where nobody answered. */
export function worthRetrying(failures: number, problem: Error): boolean {
  if (!(problem instanceof ApiError)) return false;
  if (problem.code === "NotYetKnown") return failures < 30;
  return failures < 2 && (problem.status === 0 || problem.status >= 502);
}

export function pause(failures: number, problem: Error): number {
  return problem instanceof ApiError && problem.code === "NotYetKnown" ? 400 : Math.min(1000 * 2 ** failures, 8000);
}

export function makeQueryClient(): QueryClient {
  const onError = (problem: Error): void => {
    if (problem instanceof ApiError && problem.status === 401) client.setQueryData(SIGNED_IN, false);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { staleTime: 10_000, retry: worthRetrying, retryDelay: pause, networkMode: "always" },
      mutations: { retry: worthRetrying, retryDelay: pause, networkMode: "always" },
    },
  });
  return client;
}

/** A key for one press of a button: what is sent again under it has one effect. */
export function pressKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A button that changes something. Each press has a key of its own, which its retries share; afterwards everything that
 * is shown is asked for again.
 */
export function usePress<Given, Answer>(send: (given: Given, key: string) => Promise<Answer>): UseMutationResult<Answer, Error, Given> {
  const client = useQueryClient();
  const key = useRef("");
  return useMutation<Answer, Error, Given>({
    onMutate: () => {
      key.current = pressKey();
    },
    mutationFn: (given) => send(given, key.current),
    onSettled: () => client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== SIGNED_IN[0] }),
  });
}

export const useHome = () => useQuery({ queryKey: ["home"], queryFn: () => answered(api.GET("/member/v1/home")) });
