import { answered, api } from "@siyu/api";
import { useTranslation } from "react-i18next";

import { usePress } from "../../app/queries";
import { useRewards } from "../../parts/rewards";

/** The button that checks in for today, and what it says afterwards. */
export function useCheckIn() {
  const { t } = useTranslation();
  const rewards = useRewards();
  const press = usePress((_: undefined, key) => answered(api.POST("/member/v1/check_in", { params: { header: { "Idempotency-Key": key } } })));
  const got = press.data?.rewards ?? [];
  const said = !press.data ? "" : got.length > 0 ? t("checkIn.got", { rewards: rewards(got) }) : t("checkIn.gotNothing");
  return { press, said };
}
