import { CheckCircleOutlined, ClockCircleOutlined, ExclamationCircleOutlined, SyncOutlined } from "@ant-design/icons";
import { Tag } from "antd";
import { useTranslation } from "react-i18next";

const LOOKS = {
  waiting: { color: "default", icon: <ClockCircleOutlined /> },
  running: { color: "processing", icon: <SyncOutlined spin /> },
  done: { color: "success", icon: <CheckCircleOutlined /> },
  failed: { color: "error", icon: <ExclamationCircleOutlined /> },
} as const;

/** How far an import is, in a word. */
export function StateTag({ state }: { state: keyof typeof LOOKS }) {
  const { t } = useTranslation("imports");
  return <Tag {...LOOKS[state]}>{t(`states.${state}`)}</Tag>;
}
