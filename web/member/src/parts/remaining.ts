import { useTranslation } from "react-i18next";

import { remaining } from "./clock";

/** How long it is until then, in words. */
export function useRemaining(): (until: string, now: number) => string {
  const { t } = useTranslation();
  return (until, now) => {
    const { days, clock } = remaining(Date.parse(until) - now);
    return days > 0 ? t("shop.days", { count: days, time: clock }) : clock;
  };
}
