import { ArrowLeftOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

export function Back() {
  const { t } = useTranslation("touch");
  return (
    <Link to="/touch/announcements" style={{ display: "inline-block", marginBottom: 8 }}>
      <ArrowLeftOutlined aria-hidden /> {t("announcement.back")}
    </Link>
  );
}
