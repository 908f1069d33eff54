import { answered, api, type Schema } from "@siyu/api";
import { useLanguage } from "@siyu/kit";
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";

export type Account = Schema<"AccountRead">;
export type Kind = Schema<"Kind">;
export type KindField = Schema<"KindField">;

const ACCOUNTS = ["channels", "accounts"] as const;

/** What can be connected. It changes with what is installed, so hardly ever. */
export function useKinds(): UseQueryResult<Schema<"Kinds">> {
  return useQuery({ queryKey: ["channels", "kinds"], staleTime: 5 * 60_000, queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/kinds", { signal })) });
}

/** Every account that is connected. */
export function useAccounts(): UseQueryResult<Account[]> {
  return useQuery({ queryKey: ACCOUNTS, queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/accounts", { signal })) });
}

/** One account; nothing is asked without an id. */
export function useAccount(id: number | null): UseQueryResult<Account> {
  return useQuery({
    queryKey: [...ACCOUNTS, id],
    enabled: id !== null,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/accounts/{account_id}", { signal, params: { path: { account_id: id ?? 0 } } })),
  });
}

/** Ask again for the accounts, after one of them has changed. */
export function useAccountsAgain(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ACCOUNTS });
}

/** Try an account now, and keep what was found. */
export function useCheck(): (id: number) => Promise<Schema<"HealthRead">> {
  const client = useQueryClient();
  return async (id) => {
    const health = await answered(api.POST("/api/v1/channels/accounts/{account_id}/health", { params: { path: { account_id: id } } }));
    await client.invalidateQueries({ queryKey: ACCOUNTS });
    return health;
  };
}

/** What comes in two languages, in that of the screen. */
export function useSaid(): (one: { en: string; zh: string }) => string {
  const language = useLanguage();
  return (one) => one[language];
}

/** How a channel is called; one whose plugin is gone, as the accounts call it. */
export function useChannelName(): (channel: string) => string {
  const said = useSaid();
  const kinds = useKinds();
  return (channel) => {
    const kind = kinds.data?.kinds.find((one) => one.channel === channel);
    return kind ? said(kind) : channel;
  };
}
