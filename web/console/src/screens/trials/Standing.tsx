import { Tag } from "antd";
import { useTranslation } from "react-i18next";

import type { Step, TrialState } from "./trials";

const COLOURS: Partial<Record<string, string>> = { live: "success", chosen: "processing", sent: "processing", reported: "warning", sent_back: "warning", rewarded: "success", missed: "error" };

/** How a trial stands. */
export function Standing({ state }: { state: TrialState }) {
  const { t } = useTranslation("trials");
  return (
    <Tag color={COLOURS[state]} style={{ margin: 0 }}>
      {t(`state.${state}`)}
    </Tag>
  );
}

/** How far somebody is. */
export function How({ state }: { state: Step }) {
  const { t } = useTranslation("trials");
  return (
    <Tag color={COLOURS[state]} style={{ margin: 0 }}>
      {t(`step.${state}`)}
    </Tag>
  );
}
