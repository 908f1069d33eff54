import { Collapse, Typography } from "antd";
import { useTranslation } from "react-i18next";

import type { Wish } from "../journey";
import { Pairs } from "./Pairs";
import { useWaysOf } from "./Wishes";

interface Props {
  wishes: readonly Wish[];
  value: Readonly<Record<string, string>>;
  onChange: (details: Record<string, string>) => void;
}

/** What the ways need besides the text, such as the id of a template; open where a way goes nowhere without. */
export function Details({ wishes, value, onChange }: Props) {
  const { t } = useTranslation("journeys");
  const needs = [...new Set(useWaysOf()([...wishes]).flatMap((way) => way.needs))].map((need) => (need.endsWith(".") ? `${need}…` : need));
  const children = (
    <>
      {needs.length > 0 && <Typography.Paragraph type="secondary">{t("forms.send.needs", { needs: needs.join(" · ") })}</Typography.Paragraph>}
      <Pairs label={t("forms.send.details")} add={t("forms.webhook.addField")} value={value} onChange={onChange} />
    </>
  );
  return <Collapse key={needs.length > 0 ? "needed" : "free"} ghost size="small" defaultActiveKey={needs.length > 0 ? ["details"] : []} items={[{ key: "details", label: t("forms.send.details"), children }]} />;
}
