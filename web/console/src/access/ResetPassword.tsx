import { useTranslation } from "react-i18next";

import { Redeem } from "./Redeem";

/** `/reset#token=…`, which an owner makes for an operator. */
export function ResetPassword() {
  const { t } = useTranslation("shell");
  return <Redeem title={t("reset.title")} what={t("reset.what")} submit={t("reset.submit")} withName={false} />;
}
