import { Tag } from "antd";
import { useTranslation } from "react-i18next";

import type { Touch } from "./words";

const COLOURS: Partial<Record<Touch["state"], string>> = { sent: "success", failed: "error", waiting: "warning", waits_for_staff: "warning" };

export function TouchState({ state }: { state: Touch["state"] }) {
  const { t } = useTranslation("touch");
  return (
    <Tag color={COLOURS[state]} style={{ margin: 0 }}>
      {t(`state.${state}`)}
    </Tag>
  );
}
