import { CloseOutlined } from "@ant-design/icons";
import { Button, Flex, Input, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";

import { useNames } from "../../customers/names";
import { PURPOSES } from "../../touch/words";
import { comparisonsFor, isNumeric, valueOf, type Condition, type Field, type Kind } from "./definition";

interface Props {
  kind: Kind | undefined;
  condition: Condition;
  /** Says which step a control is of. */
  label: (word: string) => string;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

/** One condition: a field of the fact, how it is compared, with what. */
export function ConditionEditor({ kind, condition, label, onChange, onRemove }: Props) {
  const { t } = useTranslation("insight");
  const field = kind?.fields.find((one) => one.name === condition.property);
  const choose = (property: string): void => {
    const next = kind?.fields.find((one) => one.name === property);
    onChange({ property, comparison: "eq", value: next?.type === "boolean" ? true : "" });
  };
  const compare = (comparison: Condition["comparison"]): void => {
    const list = Array.isArray(condition.value);
    const value = comparison === "in" ? [] : list ? "" : condition.value;
    onChange({ ...condition, comparison, value });
  };
  return (
    <Flex gap={4}>
      <Select
        aria-label={label(t("funnel.property"))}
        showSearch={{ optionFilterProp: "label" }}
        placeholder={t("funnel.property")}
        value={condition.property || undefined}
        options={(kind?.fields ?? []).map((one) => ({ value: one.name, label: one.name, title: one.meaning }))}
        onChange={choose}
        style={{ flex: 3, minWidth: 0 }}
        popupMatchSelectWidth={false}
      />
      <Select
        aria-label={label(t("funnel.comparison"))}
        value={condition.comparison}
        options={comparisonsFor(field).map((value) => ({ value, label: t(`compare.${value}`) }))}
        onChange={compare}
        style={{ flex: 2, minWidth: 76 }}
        popupMatchSelectWidth={false}
      />
      <ValueEditor field={field} condition={condition} label={label(t("funnel.value"))} onChange={(value) => onChange({ ...condition, value })} />
      <Button type="text" icon={<CloseOutlined />} aria-label={label(t("funnel.removeCondition"))} onClick={onRemove} />
    </Flex>
  );
}

function ValueEditor({ field, condition, label, onChange }: { field: Field | undefined; condition: Condition; label: string; onChange: (value: Condition["value"]) => void }) {
  const { t } = useTranslation("insight");
  const names = useNames();
  const { value, comparison } = condition;
  const style = { flex: 3, minWidth: 0 };
  if (comparison === "in") {
    const values = Array.isArray(value) ? value.map(String) : [];
    return <Select mode="tags" aria-label={label} placeholder={t("funnel.values")} value={values} onChange={(texts) => onChange(texts.map((text) => valueOf(text, field)))} tokenSeparators={[",", "，"]} open={false} suffixIcon={null} style={style} />;
  }
  if (field?.type === "boolean") {
    return (
      <Select
        aria-label={label}
        value={String(value)}
        options={["true", "false"].map((one) => ({ value: one, label: t(`compare.${one as "true" | "false"}`) }))}
        onChange={(text) => onChange(text === "true")}
        style={style}
      />
    );
  }
  if (field?.name.endsWith("_fen")) {
    // Money is typed in yuan and asked in fen.
    const yuan = typeof value === "number" ? value / 100 : null;
    return <InputNumber aria-label={label} prefix="¥" precision={2} value={yuan} onChange={(next) => onChange(next === null ? "" : Math.round(next * 100))} style={style} />;
  }
  if (field?.name === "purpose") {
    return <Select aria-label={label} placeholder={t("funnel.value")} value={String(value) || undefined} options={PURPOSES.map((one) => ({ value: one, label: names.purpose(one) }))} onChange={onChange} style={style} />;
  }
  if (isNumeric(field)) return <InputNumber aria-label={label} value={typeof value === "number" ? value : null} onChange={(next) => onChange(next ?? "")} style={style} />;
  return <Input aria-label={label} placeholder={t("funnel.value")} value={String(value)} onChange={(event) => onChange(valueOf(event.target.value, field))} style={style} />;
}
