import { Page } from "@siyu/kit";
import { Result } from "antd";
import { useTranslation } from "react-i18next";
import { Navigate } from "react-router";

import { areas, isOpen } from "./screens";
import { useMe } from "./session";

/** `/`: on to the first area that the person may see. */
export function Start() {
  const { t } = useTranslation("shell");
  const me = useMe();
  const first = areas.find((area) => isOpen(area, me.rights));
  if (first) return <Navigate to={`/${first.name}`} replace />;
  return (
    <Page title={t("nothing.title")} hideTitle>
      <Result status="info" title={t("nothing.title")} subTitle={t("nothing.what")} />
    </Page>
  );
}
