import { useTranslation } from "react-i18next";
import { Link } from "react-router";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <div className="empty">
      <h1>{t("state.notFound")}</h1>
      <Link to="/">{t("state.back")}</Link>
    </div>
  );
}
