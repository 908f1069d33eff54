import { answered, api } from "@siyu/api";
import { Confirm } from "@siyu/kit";
import { useTranslation } from "react-i18next";

import { useAccountsAgain, type Account } from "../accounts";

/** Stop calling the platform, or go on. */
export function PauseResume({ account }: { account: Account }) {
  const { t } = useTranslation("channels");
  const again = useAccountsAgain();
  const params = { path: { account_id: account.id } };
  if (account.state === "paused") {
    return (
      <Confirm type="primary" label={t("account.resume")} okText={t("account.resume")} title={t("account.resumeAsk", { name: account.name })} onConfirm={() => answered(api.POST("/api/v1/channels/accounts/{account_id}/resume", { params })).then(again)}>
        {t("account.resumeWhat")}
      </Confirm>
    );
  }
  return (
    <Confirm danger label={t("account.pause")} okText={t("account.pause")} title={t("account.pauseAsk", { name: account.name })} onConfirm={() => answered(api.POST("/api/v1/channels/accounts/{account_id}/pause", { params })).then(again)}>
      {t("account.pauseWhat")}
    </Confirm>
  );
}
