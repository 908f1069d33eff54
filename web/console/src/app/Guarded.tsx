import { Page } from "@siyu/kit";
import { Result } from "antd";
import { useTranslation } from "react-i18next";
import { Outlet } from "react-router";

import { isOpen, type Area } from "./screens";
import { useMe } from "./session";

/** The screens of an area, for those who hold a right to it. */
export function Guarded({ area }: { area: Area }) {
  const { t } = useTranslation("shell");
  const me = useMe();
  if (isOpen(area, me.rights)) return <Outlet />;
  return (
    <Page title={t("notAllowed.title")} hideTitle>
      <Result status="403" title={t("notAllowed.title")} subTitle={t("notAllowed.what")} />
    </Page>
  );
}
