import { useTranslation } from "react-i18next";

import { Redeem } from "./Redeem";

/** `/first-owner#token=…`, printed by the first start. */
export function FirstOwner() {
  const { t } = useTranslation("shell");
  return <Redeem title={t("firstOwner.title")} what={t("firstOwner.what")} submit={t("firstOwner.submit")} withName />;
}
