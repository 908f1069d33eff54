import { Badge } from "antd";
import { useTranslation } from "react-i18next";

const DOTS: Record<string, "processing" | "success" | "error"> = { running: "processing", done: "success", failed: "error" };

/** How far a reconcile is. */
export function WalkState({ state }: { state: string }) {
  const { t, i18n } = useTranslation("channels");
  const text = i18n.exists(`channels:walk.states.${state}`) ? t(`walk.states.${state}` as never) : state;
  return <Badge status={DOTS[state] ?? "default"} text={text} />;
}
