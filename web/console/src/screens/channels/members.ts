import { answered, api, type Schema } from "@siyu/api";
import { useQueries } from "@tanstack/react-query";

import { useAccounts, useKinds } from "./accounts";

export type Member = Schema<"MemberOf">;
export interface MemberChoice {
  value: string;
  label: string;
  member: Member;
}

/** A member of staff as the value of a choice. */
export const valueOf = ({ account_id, staff_id }: Member): string => `${account_id}/${staff_id}`;

/** What {@link valueOf} wrote; ids of platforms may hold a `/` themselves. */
export function memberOf(value: string): Member {
  const at = value.indexOf("/");
  return { account_id: Number(value.slice(0, at)), staff_id: value.slice(at + 1) };
}

/** The staff of every account, who are there, by name. */
export function useMembers(): MemberChoice[] {
  const accounts = useAccounts().data ?? [];
  const kinds = useKinds().data?.kinds ?? [];
  const able = accounts.filter((one) => kinds.find((kind) => kind.channel === one.channel)?.capabilities.includes("staff"));
  const found = useQueries({
    queries: able.map(({ id }) => ({
      queryKey: ["channels", "staff", id],
      queryFn: ({ signal }: { signal: AbortSignal }) => answered(api.GET("/api/v1/channels/accounts/{account_id}/staff", { signal, params: { path: { account_id: id } } })),
    })),
  });
  return able.flatMap((account, at) =>
    (found[at]?.data ?? [])
      .filter((one) => one.gone_at === null)
      .map((one) => {
        const member = { account_id: account.id, staff_id: one.staff_id };
        return { value: valueOf(member), label: `${one.name || one.staff_id} · ${account.name}`, member };
      }),
  );
}

/** A member by name; one who has left, by the platform's id. */
export function useMemberName(): (member: Member) => string {
  const known = new Map(useMembers().map((one) => [one.value, one.label]));
  return (member) => known.get(valueOf(member)) ?? member.staff_id;
}
