import { useTranslation } from "react-i18next";

interface Reward {
  amount: number;
  unit?: string;
}

const KNOWN = ["points", "growth", "make_up", "group_points"] as const;

/** Rewards in words: `积分 +5、补签卡 +1`. */
export function useRewards(): (rewards: readonly Reward[]) => string {
  const { t, i18n } = useTranslation();
  return (rewards) =>
    rewards
      .map(({ amount, unit = "points" }) => {
        const known = KNOWN.find((one) => one === unit);
        return t("reward", { amount, unit: t(known ? `units.${known}` : "units.other") });
      })
      .join(i18n.language === "zh" ? "、" : ", ");
}
