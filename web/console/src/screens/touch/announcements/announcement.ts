import { answered, api, type Schema } from "@siyu/api";
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";

import { useAccounts, useKinds, type Account } from "../../channels/accounts";

export type Announcement = Schema<"AnnouncementRead">;
export type Announced = Schema<"AnnouncedRead">;
export type Whole = Schema<"AnnouncementWhole">;
export type Way = Schema<"WayRead">;

/** Everything about announcements lies below this key. */
export const ANNOUNCEMENTS = ["touch", "announcements"] as const;
/** What may have become of one group: until it is handed over as the gate says, then as the platform does. */
export const STATES = ["waiting", "ready", "sending", "waits_for_staff", "sent", "refused", "dropped"] as const;
const REFRESH_MS = 10_000;

export function useAnnouncement(id: number): UseQueryResult<Whole> {
  return useQuery({
    queryKey: [...ANNOUNCEMENTS, id],
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/touch/announcements/{announcement_id}", { signal, params: { path: { announcement_id: id } } })),
  });
}

/** Ask again for what may have changed. */
export function useAgain(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ANNOUNCEMENTS });
}

/** The accounts that have group chats, each with the way by which something is said to them. */
export function useSpeaking(): { account: Account; way: Way }[] {
  const accounts = useAccounts().data ?? [];
  const kinds = useKinds().data?.kinds ?? [];
  return accounts.flatMap((account) => {
    const way = kinds.find((one) => one.channel === account.channel)?.ways.find((one) => one.subject === "group");
    return way ? [{ account, way }] : [];
  });
}

/** How many groups are in which state, in the order of the states; a state that nobody knows comes last. */
export function counted(groups: readonly Pick<Announced, "state">[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const { state } of groups) sums.set(state, (sums.get(state) ?? 0) + 1);
  const place = (state: string): number => {
    const found = STATES.findIndex((one) => one === state);
    return found < 0 ? STATES.length : found;
  };
  return [...sums].sort(([one], [other]) => place(one) - place(other));
}
