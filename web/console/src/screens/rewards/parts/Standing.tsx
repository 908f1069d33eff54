import { Tag } from "antd";
import { useTranslation } from "react-i18next";

import type { Coupon, Redemption, State } from "../rewards";

const COLOURS: Partial<Record<string, string>> = { live: "success", paused: "warning", held: "success", fulfilled: "success", placed: "processing", awaiting_payment: "warning" };

/** How a template, an offer, a coupon or a redemption stands. */
export function Standing({ state }: { state: State | Coupon["state"] | Redemption["state"] }) {
  const { t } = useTranslation("rewards");
  return (
    <Tag color={COLOURS[state]} style={{ margin: 0 }}>
      {t(`state.${state}`)}
    </Tag>
  );
}
