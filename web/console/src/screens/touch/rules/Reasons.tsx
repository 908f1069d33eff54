import { Tag, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useCode } from "../words";
import { REASONS_OF, type Name } from "./order";

/** The codes of the reasons that a rule gives; each leads to the touches that it held. */
export function Reasons({ name }: { name: Name }) {
  const { t } = useTranslation("touch");
  const said = useCode();
  return (
    <span>
      {REASONS_OF[name].map((code) => (
        <Tooltip key={code} title={t("rules.heldBy", { reason: said(code) })}>
          <Link to={`/touch?code=${code}`}>
            <Tag style={{ marginInlineEnd: 4 }}>{code}</Tag>
          </Link>
        </Tooltip>
      ))}
    </span>
  );
}
