import { ApiError } from "@siyu/api";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

/** The key under which lies who is signed in; `null` there means nobody, and the shell goes to the sign-in. */
export const ME = ["me"] as const;

/** What the console knows of this Siyu; the same for everybody. */
export const CONFIG = ["console-config"] as const;

/** Trying again helps when the server was not there or busy, and never when it said no. */
export function worthRetrying(failures: number, problem: Error): boolean {
  if (!(problem instanceof ApiError)) return false;
  return failures < 2 && (problem.status === 0 || problem.status >= 502);
}

export function makeQueryClient(): QueryClient {
  const onError = (problem: Error): void => {
    if (problem instanceof ApiError && problem.status === 401 && problem.code === "NotSignedIn") {
      client.setQueryData(ME, null);
    }
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { staleTime: 30_000, gcTime: 5 * 60_000, retry: worthRetrying, refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
  return client;
}
