import { ApiError, answered, api, type Schema } from "@siyu/api";
import { useQuery, useQueryClient, type QueryClient, type UseQueryResult } from "@tanstack/react-query";

import { CONFIG, ME } from "./queries";

export type Me = Schema<"Me">;

// Whether somebody was signed in here before: the cookie itself is out of a script's reach. It saves the pages before
// the sign-in a question whose answer is known; the shell asks in any case.
const BEFORE = "siyu.signed-in";

export function wasSignedIn(): boolean {
  return localStorage.getItem(BEFORE) !== null;
}

/** Who is signed in; `null` when nobody is. With `ask` false only what is known already. */
export function useSession(ask = true): UseQueryResult<Me | null> {
  return useQuery({ queryKey: ME, queryFn: ({ signal }) => whoAmI(signal), staleTime: 5 * 60_000, enabled: ask });
}

async function whoAmI(signal: AbortSignal): Promise<Me | null> {
  try {
    const me = await answered(api.GET("/api/v1/me", { signal }));
    localStorage.setItem(BEFORE, "");
    return me;
  } catch (problem) {
    if (!(problem instanceof ApiError && problem.status === 401)) throw problem;
    localStorage.removeItem(BEFORE);
    return null;
  }
}

/** Who is signed in. Only below the shell, which shows nothing before it knows. */
export function useMe(): Me {
  const me = useSession().data;
  if (!me) throw new Error("useMe is for screens inside the shell");
  return me;
}

/** Whether the person holds a right, as in docs/reference/rights.md: `const may = useMay(); may("sources.manage")`. */
export function useMay(): (right: string) => boolean {
  const { rights } = useMe();
  return (right) => rights.includes(right);
}

/** Sign in; what was known of somebody before is forgotten. */
export function useSignIn(): (login: string, password: string) => Promise<void> {
  const client = useQueryClient();
  return async (login, password) => {
    const me = await answered(api.POST("/api/v1/sign-in", { body: { login, password } }));
    localStorage.setItem(BEFORE, "");
    become(client, me);
  };
}

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await answered(api.POST("/api/v1/sign-out"));
    localStorage.removeItem(BEFORE);
    become(client, null);
  };
}

/** Everything but what holds for everybody was asked for as somebody else. */
function become(client: QueryClient, me: Me | null): void {
  client.setQueryData(ME, me);
  client.removeQueries({ predicate: ({ queryKey: [first] }) => first !== ME[0] && first !== CONFIG[0] });
}
