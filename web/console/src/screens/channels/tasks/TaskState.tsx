import { Badge } from "antd";
import { useTranslation } from "react-i18next";

const DOTS: Record<string, "processing" | "success" | "default" | "warning"> = { open: "processing", done: "success", cancelled: "default", expired: "warning" };

export function TaskState({ state }: { state: string }) {
  const { t, i18n } = useTranslation("channels");
  const text = i18n.exists(`channels:tasks.states.${state}`) ? t(`tasks.states.${state}` as never) : state;
  return <Badge status={DOTS[state] ?? "default"} text={text} />;
}

/** How a way of sending is called; one without a name here, as the channel calls it. */
export function useWayName(): (way: string) => string {
  const { t, i18n } = useTranslation("channels");
  return (way) => (i18n.exists(`channels:tasks.ways.${way}`) ? t(`tasks.ways.${way}` as never) : way);
}
