import { answered, api } from "@siyu/api";
import { useFormat } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";

/** Checks of the whole ledger, newest first. */
export function useRuns(enabled = true) {
  return useQuery({ queryKey: ["members", "verifications"], enabled, refetchInterval: 60_000, queryFn: ({ signal }) => answered(api.GET("/api/v1/ledger/verifications", { signal })) });
}

/** An alarm while the newest check of the ledger found something; nothing else. */
export function LedgerAlarm() {
  const { t } = useTranslation("members");
  const { when } = useFormat();
  const may = useMay()("ledger.read");
  const newest = useRuns(may).data?.[0];
  if (!newest || newest.findings === 0) return null;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={t("ledger.broken")}
      description={t("ledger.brokenWhat", { at: when(newest.ended_at), findings: String(newest.findings) })}
      action={<Link to="/members/ledger">{t("ledger.brokenLook")}</Link>}
    />
  );
}
