import { answered, api, type Schema } from "@siyu/api";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";

export type Workload = Schema<"WorkloadRead">;
export type Group = Schema<"GroupRead">;
export type Tag = Schema<"TagRead">;

/** Staff of an account, those who are no more included; nothing is asked without an account. */
export function useStaff(account: number | null): UseQueryResult<Workload[]> {
  return useQuery({
    queryKey: ["channels", "staff", account],
    enabled: account !== null,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/accounts/{account_id}/staff", { signal, params: { path: { account_id: account ?? 0 } } })),
  });
}

export function useGroups(account: number | null): UseQueryResult<Group[]> {
  return useQuery({
    queryKey: ["channels", "groups", account],
    enabled: account !== null,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/accounts/{account_id}/groups", { signal, params: { path: { account_id: account ?? 0 } } })),
  });
}

export function useTags(account: number | null): UseQueryResult<Tag[]> {
  return useQuery({
    queryKey: ["channels", "tags", account],
    enabled: account !== null,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/accounts/{account_id}/tags", { signal, params: { path: { account_id: account ?? 0 } } })),
  });
}

/** Who may be named in an entry code. */
export const canServe = (one: Workload): boolean => one.serves && one.active && one.gone_at === null;

/** Names of staff by id; one that is not known is called as the platform does. */
export function useStaffName(account: number | null): (id: string) => string {
  const staff = useStaff(account);
  return (id) => staff.data?.find((one) => one.staff_id === id)?.name || id;
}

/** Names of group chats by id. */
export function useGroupName(account: number | null): (id: string) => string {
  const groups = useGroups(account);
  return (id) => groups.data?.find((one) => one.group_id === id)?.name || id;
}
