import type { Schema } from "@siyu/api";
import { useLanguage } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { answered, api } from "@siyu/api";
import { useTranslation } from "react-i18next";

import { useAccounts, useKinds } from "../channels/accounts";

export type Touch = Schema<"TouchRead">;
export type Reason = Schema<"ReasonRead">;
export type Programme = Schema<"ProgrammeLine">;

export const STATES = ["waiting", "queued", "waits_for_staff", "sent", "failed", "expired", "dropped", "cancelled"] as const;
export const PURPOSES = ["marketing", "service", "transactional"] as const;
/** Codes of reasons, those that decide most often first. */
export const CODES = [
  "budget", "outbid", "quiet_hours", "resting", "consent_denied", "consent_unknown", "do_not_disturb", "no_relation", "control", "holdout", "exclusion", "exclusion_within", "repeated",
  "no_room", "no_grant", "account_closed", "account_gone", "refused", "no_friend", "capped", "left_out", "declined", "unconfirmed", "cancelled", "late", "too_late", "no_time_left", "too_early",
  "programme_paused", "programme_halted", "programme_stopped",
] as const;

/** A reason in the language of the screen. */
export function useReason(): (reason: Reason) => string {
  const language = useLanguage();
  return (reason) => (language === "zh" ? reason.zh : reason.en);
}

/** What a reason is called in short. */
export function useCode(): (code: string) => string {
  const { t } = useTranslation("touch");
  return (code) => {
    const known = CODES.find((one) => one === code);
    return known ? t(`code.${known}`) : code;
  };
}

export function usePrograms() {
  return useQuery({ queryKey: ["touch", "programmes"], queryFn: ({ signal }) => answered(api.GET("/api/v1/touch/programmes", { signal, params: { query: { limit: 200 } } })) });
}

/** What a programme is called; what operators send themselves has a name in each language. */
export function useProgrammeName(): (id: number) => string {
  const { t } = useTranslation("touch");
  const programmes = usePrograms().data ?? [];
  return (id) => {
    const found = programmes.find((one) => one.programme_id === id);
    if (found?.key === "by_hand") return t("byHand");
    return found?.name ?? t("programme.number", { id: String(id) });
  };
}

/** By which way of which account. */
export function useWayName(): (accountId: number | null, way: string) => string {
  const language = useLanguage();
  const accounts = useAccounts().data ?? [];
  const kinds = useKinds().data?.kinds ?? [];
  return (accountId, way) => {
    const account = accounts.find((one) => one.id === accountId);
    const found = kinds.find((one) => one.channel === account?.channel)?.ways.find((one) => one.name === way);
    return [account?.name, found ? found[language] : way].filter(Boolean).join(" · ");
  };
}
