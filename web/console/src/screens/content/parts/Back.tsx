import { ArrowLeftOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

export function Back({ to, part }: { to: string; part: "materials" | "scripts" | "personas" | "moments" }) {
  const { t } = useTranslation("content");
  return (
    <div style={{ marginBottom: 8 }}>
      <Link to={to}>
        <ArrowLeftOutlined /> {t(`${part}.back`)}
      </Link>
    </div>
  );
}
