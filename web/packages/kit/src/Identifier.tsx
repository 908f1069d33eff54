import { Flex, Tag, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";

interface Props {
  /** `phone`, `union_id`, …; one without a name here is shown as the platform writes it. */
  type: string;
  value: string;
  /** Which app, corp, shop or source it belongs to. */
  scope?: string | null;
  copyable?: boolean;
}

/** The name of a type of identifier. */
export function useIdentifierName(): (type: string) => string {
  const { t, i18n } = useTranslation("kit");
  return (type) => (i18n.exists(`kit:identifier.${type}`) ? t(`identifier.${type}` as never) : type);
}

/** An identifier: its type, its value, its scope. */
export function Identifier({ type, value, scope, copyable = true }: Props) {
  const { t } = useTranslation("kit");
  const name = useIdentifierName();
  const tag = <Tag style={{ marginInlineEnd: 0 }}>{name(type)}</Tag>;
  return (
    <Flex gap="small" align="center" component="span" style={{ display: "inline-flex", maxWidth: "100%" }}>
      {scope ? <Tooltip title={t("identifier.scope", { scope })}>{tag}</Tooltip> : tag}
      <Typography.Text
        ellipsis={{ tooltip: value }}
        copyable={copyable && { text: value, tooltips: [t("copy"), t("copied")] }}
        style={{ fontFamily: "ui-monospace, Consolas, monospace", maxWidth: 320 }}
      >
        {value}
      </Typography.Text>
    </Flex>
  );
}
