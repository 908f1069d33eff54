import { Page } from "@siyu/kit";
import { Result } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

export function NotFound() {
  const { t } = useTranslation("shell");
  return (
    <Page title={t("notFound.title")} hideTitle>
      <Result
        status="404"
        title={t("notFound.title")}
        subTitle={t("notFound.what")}
        extra={<Link to="/">{t("notFound.home")}</Link>}
      />
    </Page>
  );
}
