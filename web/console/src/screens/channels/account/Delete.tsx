import { answered, api } from "@siyu/api";
import { Confirm } from "@siyu/kit";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useAccountsAgain, type Account } from "../accounts";

/** Delete an account that is not wanted any more; its name has to be typed first. */
export function Delete({ account }: { account: Account }) {
  const { t } = useTranslation("channels");
  const { message } = App.useApp();
  const navigate = useNavigate();
  const again = useAccountsAgain();
  const remove = async (): Promise<void> => {
    await answered(api.DELETE("/api/v1/channels/accounts/{account_id}", { params: { path: { account_id: account.id } } }));
    void message.success(t("account.deleted"));
    await navigate("/channels");
    await again();
  };
  return (
    <Confirm danger label={t("account.delete")} okText={t("account.delete")} title={t("account.deleteAsk", { name: account.name })} typed={account.name.trim()} onConfirm={remove}>
      {t("account.deleteWhat")}
    </Confirm>
  );
}
