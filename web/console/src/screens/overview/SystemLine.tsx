import { answered, api } from "@siyu/api";
import { useErrorText, useFormat } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

/** Longer than that, what one sees here is behind what happens. */
const NORMAL_S = 10;

interface Ready {
  queue?: Record<string, number>;
  export?: { facts?: number; oldest_s?: number };
}

/** Whether the system is well, in one line. */
export function SystemLine() {
  const { t } = useTranslation("overview");
  const text = useErrorText();
  const format = useFormat();
  const query = useQuery({
    queryKey: ["health", "ready"],
    refetchInterval: 15_000,
    queryFn: ({ signal }) => answered(api.GET("/health/ready", { signal })),
  });
  const link = <Link to="/system">{t("system.more")}</Link>;
  if (query.isPending) return null;
  if (query.error) return <Alert type="error" showIcon title={t("system.down", { reason: text(query.error) })} action={link} />;
  const state = query.data as Ready;
  const waiting = (state.queue?.["live"] ?? 0) + (state.queue?.["bulk"] ?? 0);
  const lag = Math.max(state.queue?.["oldest_s"] ?? 0, state.export?.oldest_s ?? 0);
  const behind = lag > NORMAL_S;
  const title = t(behind ? "system.behind" : "system.well", { waiting: format.count(waiting), lag: format.duration(lag), normal: format.duration(NORMAL_S) });
  return <Alert type={behind ? "warning" : "success"} showIcon title={title} action={link} />;
}
