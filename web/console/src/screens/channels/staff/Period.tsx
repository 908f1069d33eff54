import { useInAddress } from "@siyu/kit";
import { Segmented } from "antd";
import { useTranslation } from "react-i18next";

import { oneOf } from "../../insight/people/address";
import { PERIODS } from "./listing";

/** Over how many days changes are counted, as the address says. */
export function usePeriod(): (typeof PERIODS)[number] {
  const [days] = useInAddress("days");
  return oneOf(days, PERIODS);
}

export function Period() {
  const { t } = useTranslation("channels");
  const days = usePeriod();
  const [, choose] = useInAddress("days");
  const options = [...PERIODS].sort((a, b) => Number(a) - Number(b)).map((value) => ({ value, label: t("funnel.days", { days: value }) }));
  return <Segmented aria-label={t("funnel.period")} value={days} options={options} onChange={(value) => choose(value === "30" ? null : value, true)} />;
}
