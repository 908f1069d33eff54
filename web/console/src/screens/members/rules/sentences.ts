import { useFormat } from "@siyu/kit";
import { useTranslation } from "react-i18next";

import { useUnitName } from "../units";
import type { Reward } from "./types";

/** What is given, in words: "50 points (for 365 days) and 1 make-up card". */
export function useGiven(): (rewards: readonly Reward[]) => string {
  const { t } = useTranslation("members");
  const unit = useUnitName();
  const { count } = useFormat();
  return (rewards) =>
    rewards
      .map((one) => {
        const said = { amount: count(one.amount), unit: unit(one.unit) };
        return one.expires_days ? t("says.rewardFor", { ...said, days: String(one.expires_days) }) : t("says.reward", said);
      })
      .join(t("says.and")) || t("says.nothing");
}
