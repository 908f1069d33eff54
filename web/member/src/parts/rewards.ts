import { useTranslation } from "react-i18next";

import { useFormats } from "../app/format";

interface Reward {
  amount: number;
  unit?: string;
}

const KNOWN = ["points", "growth", "make_up", "group_points", "turn"] as const;

/** What a unit is called; `other` where it is none that members know. */
export function useUnit(): (unit: string) => string {
  const { t } = useTranslation();
  return (unit) => t(`units.${KNOWN.find((one) => one === unit) ?? "other"}`);
}

/** Rewards in words: `积分 +5、补签卡 +1`. */
export function useRewards(): (rewards: readonly Reward[]) => string {
  const { t, i18n } = useTranslation();
  const named = useUnit();
  const { number } = useFormats();
  return (rewards) =>
    rewards
      .map(({ amount, unit = "points" }) => t("reward", { amount: number(amount), unit: named(unit) }))
      .join(i18n.language === "zh" ? "、" : ", ");
}
