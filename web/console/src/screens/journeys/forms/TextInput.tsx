import { PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Dropdown, Flex, Input, theme, Typography, type GetRef } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { filled, measured, variablesIn, withoutValue, type Limit } from "../editor/texts";

interface Props {
  label: string;
  value: string;
  onChange: (text: string) => void;
  /** The journey's own variables. */
  variables: Readonly<Record<string, string>>;
  /** What the ways carry at most. */
  limits?: readonly Limit[];
  rows?: number;
}

/** A text with variables: what stands in for them, and how much of the limit it takes, are told while it is typed. */
export function TextInput({ label, value, onChange, variables, limits = [], rows = 5 }: Props) {
  const { t } = useTranslation("journeys");
  const { token } = theme.useToken();
  const box = useRef<GetRef<typeof Input.TextArea>>(null);
  const open = withoutValue(value, variables);
  const whole = filled(value, variables);
  const size = measured(whole, limits);
  const over = size !== null && size.used > size.most;
  const insert = (name: string): void => {
    const area = box.current?.resizableTextArea?.textArea;
    const [from, to] = [area?.selectionStart ?? value.length, area?.selectionEnd ?? value.length];
    const own = !/^(trait|entry)\./.test(name) && variables[name];
    onChange(`${value.slice(0, from)}{{${name}${own ? "" : `|${t("forms.send.fillIn")}`}}}${value.slice(to)}`);
  };
  return (
    <Flex vertical gap={4}>
      <Input.TextArea ref={box} aria-label={label} aria-invalid={over} status={over ? "error" : undefined} value={value} autoSize={{ minRows: rows, maxRows: 16 }} onChange={(event) => onChange(event.target.value)} />
      <Flex justify="space-between" align="center" gap="small" wrap>
        <Variables own={Object.keys(variables)} onChoose={insert} />
        {size && (
          <span aria-live="polite" style={{ fontSize: 12, color: over ? token.colorError : token.colorTextSecondary }}>
            {t("forms.send.limit", { used: String(size.used), most: String(size.most), unit: t(`forms.send.${size.unit}`) })}
          </span>
        )}
      </Flex>
      {open.length > 0 && <Alert type="warning" showIcon title={t("forms.send.withoutValue", { names: open.join(", "), example: `{{${open[0]}|${t("forms.send.fillIn")}}}` })} />}
      {variablesIn(value).length > 0 && (
        <Typography.Paragraph type="secondary" style={{ fontSize: 12, margin: 0, whiteSpace: "pre-wrap" }}>
          {t("forms.send.preview")}: {whole}
        </Typography.Paragraph>
      )}
    </Flex>
  );
}

export function useOffers() {
  const may = useMay();
  return useQuery({ queryKey: ["segments", "offers"], enabled: may("segments.read"), staleTime: 5 * 60_000, queryFn: ({ signal }) => answered(api.GET("/api/v1/segments/offers", { signal })) });
}

function Variables({ own, onChoose }: { own: readonly string[]; onChoose: (name: string) => void }) {
  const { t } = useTranslation("journeys");
  const traits = useOffers().data?.traits ?? [];
  const names = [...own, ...traits.map((one) => `trait.${one.name}`), "entry.order_no", "entry.amount_fen"];
  return (
    <Dropdown trigger={["click"]} menu={{ items: names.map((name) => ({ key: name, label: name })), onClick: ({ key }) => onChoose(key), style: { maxHeight: 320, overflow: "auto" } }}>
      <Button size="small" icon={<PlusOutlined />} aria-haspopup="menu">
        {t("forms.send.variable")}
      </Button>
    </Dropdown>
  );
}
