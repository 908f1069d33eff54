import { answered, api, type Schema } from "@siyu/api";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import type { Kind } from "../../insight/funnels/definition";
import { useAccounts } from "../../channels/accounts";

const MINUTES_5 = 5 * 60_000;

/** What rules can ask of: tags, traits, places, and kinds of facts with their fields. */
export function useOffers() {
  return useQuery({ queryKey: ["segments", "offers"], staleTime: MINUTES_5, queryFn: ({ signal }) => answered(api.GET("/api/v1/segments/offers", { signal })) });
}

/** Kinds of facts that rules may ask of. */
export function useKinds(): readonly Kind[] {
  const offers = useOffers();
  const schema = useQuery({ queryKey: ["insight", "schema"], staleTime: MINUTES_5, queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/schema", { signal })) });
  const open = new Set(offers.data?.kinds);
  return (schema.data?.kinds ?? []).filter((kind) => open.has(kind.name));
}

export function useSegments() {
  return useQuery({ queryKey: ["segments", "list"], queryFn: ({ signal }) => answered(api.GET("/api/v1/segments", { signal })) });
}

export function useLists() {
  return useQuery({ queryKey: ["segments", "lists"], queryFn: ({ signal }) => answered(api.GET("/api/v1/segments/lists", { signal })) });
}

/** What facts of a kind are called: as they are known, and journeys by their names. */
export function useFactNames(kind: string, known: readonly string[]): { value: string; label: string }[] {
  const ofJourneys = kind.startsWith("journey.");
  const may = useMay()("journeys.read");
  const journeys = useQuery({ queryKey: ["journeys", "keys"], enabled: ofJourneys && may, staleTime: MINUTES_5, queryFn: ({ signal }) => answered(api.GET("/api/v1/journeys", { signal })) });
  const called = new Map((ofJourneys ? (journeys.data ?? []) : []).map((one) => [one.key, one.name]));
  return [...new Set([...called.keys(), ...known])].map((value) => ({ value, label: called.get(value) ?? value }));
}

/** Entry codes by their names, for those who may see channels. */
export function useCodes() {
  const may = useMay();
  return useQuery({ queryKey: ["segments", "codes"], enabled: may("channels.read"), staleTime: MINUTES_5, queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/codes", { signal, params: { query: { limit: 200 } } })) });
}

/** Chat groups of all accounts that have any, as rules name them. */
export function useChatGroups(): { value: string; label: string }[] {
  const accounts = useAccounts();
  const { t } = useTranslation("segments");
  const wecom = (accounts.data ?? []).filter((one) => one.channel === "wecom");
  const found = useQueries({
    queries: wecom.map((account) => ({
      queryKey: ["channels", "groups", account.id],
      staleTime: MINUTES_5,
      queryFn: ({ signal }: { signal: AbortSignal }) => answered(api.GET("/api/v1/channels/accounts/{account_id}/groups", { signal, params: { path: { account_id: account.id } } })),
    })),
  });
  return found.flatMap((query, index) =>
    (query.data ?? []).map((group: Schema<"GroupRead">) => ({ value: `account:${wecom[index]?.id ?? 0}/${group.group_id}`, label: group.name || t("part.unnamed") })),
  );
}
