import { ArrowLeftOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

export function Back({ to }: { to?: string }) {
  const { t } = useTranslation("segments");
  return (
    <div style={{ marginBottom: 8 }}>
      <Link to={to ?? "/segments"}>
        <ArrowLeftOutlined /> {t(to ? "backToOne" : "back")}
      </Link>
    </div>
  );
}
