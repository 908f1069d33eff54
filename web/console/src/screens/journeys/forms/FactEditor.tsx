import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Input, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";

import type { FactMatch, PropertyTest } from "../journey";
import { useFactKinds, useSentences } from "../sentences";
import { Field } from "./fields";

const COMPARISONS = ["eq", "ne", "in", "gt", "ge", "lt", "le", "contains", "exists"] as const;

/** Which facts: a kind, perhaps a name, and conditions on their fields. */
export function FactEditor({ value, onChange }: { value: FactMatch; onChange: (fact: FactMatch) => void }) {
  const { t } = useTranslation("journeys");
  const say = useSentences();
  const kinds = useFactKinds().data?.kinds ?? [];
  const kind = kinds.find((one) => one.name === value.kind);
  const named = kinds.length ? kinds.map((one) => one.name) : [value.kind];
  const options = named.map((name) => {
    const called = say.fact({ kind: name, where: [] });
    return { value: name, label: called === name ? name : `${called} · ${name}` };
  });
  return (
    <>
      <Field label={t("forms.fact.kind")} required>
        <Select aria-label={t("forms.fact.kind")} showSearch={{ optionFilterProp: "label" }} value={value.kind} options={options} onChange={(next) => onChange({ kind: next, where: [] })} />
      </Field>
      {kind && kind.names.length > 0 && (
        <Field label={t("forms.fact.name")}>
          <Select
            aria-label={t("forms.fact.name")}
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            placeholder={t("forms.fact.anyName")}
            value={value.name}
            options={kind.names.map((one) => ({ value: one.name, label: one.name }))}
            onChange={(name?: string) => onChange({ ...value, name: name ?? null })}
          />
        </Field>
      )}
      <Field label={t("forms.fact.where")}>
        <Tests fields={(kind?.fields ?? []).map((one) => ({ name: one.name, meaning: one.meaning }))} value={value.where ?? []} onChange={(where) => onChange({ ...value, where })} />
      </Field>
    </>
  );
}

/** Conditions that all have to hold. */
export function Tests({ fields, value, onChange }: { fields: readonly { name: string; meaning?: string }[]; value: readonly PropertyTest[]; onChange: (tests: PropertyTest[]) => void }) {
  const { t } = useTranslation("journeys");
  return (
    <Flex vertical gap={6}>
      {value.map((one, index) => (
        <Flex key={`${index} of ${value.length}`} gap={4}>
          <Select
            aria-label={t("forms.fact.property")}
            showSearch
            placeholder={t("forms.fact.property")}
            value={one.property || undefined}
            options={[...new Set([...fields.map((field) => field.name), ...(one.property ? [one.property] : [])])].map((name) => ({ value: name, label: name }))}
            onChange={(property) => onChange(value.map((each, at) => (at === index ? { ...one, property } : each)))}
            style={{ flex: 3, minWidth: 0 }}
            popupMatchSelectWidth={false}
          />
          <Select
            aria-label={t("forms.fact.comparison")}
            value={one.comparison}
            options={COMPARISONS.map((each) => ({ value: each, label: t(`forms.compare.${each}`) }))}
            onChange={(comparison) => onChange(value.map((each, at) => (at === index ? { ...one, comparison, value: fitting(comparison, one.value) } : each)))}
            style={{ flex: 2, minWidth: 90 }}
            popupMatchSelectWidth={false}
          />
          <Value test={one} onChange={(next) => onChange(value.map((each, at) => (at === index ? { ...one, value: next } : each)))} />
          <Button type="text" icon={<CloseOutlined />} aria-label={t("forms.fact.removeCondition")} onClick={() => onChange(value.filter((_, at) => at !== index))} />
        </Flex>
      ))}
      <Button type="dashed" size="small" icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => onChange([...value, { property: "", comparison: "eq", value: "" }])}>
        {t("forms.fact.addCondition")}
      </Button>
    </Flex>
  );
}

function fitting(comparison: PropertyTest["comparison"], value: PropertyTest["value"]): PropertyTest["value"] {
  if (comparison === "exists") return true;
  if (comparison === "in") return Array.isArray(value) ? value : value === "" || typeof value === "boolean" ? [] : [value];
  return Array.isArray(value) ? (value[0] ?? "") : typeof value === "boolean" ? "" : value;
}

/** What was typed: a number where it is one. */
export function typed(text: string): number | string {
  return /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : text;
}

function Value({ test, onChange }: { test: PropertyTest; onChange: (value: PropertyTest["value"]) => void }) {
  const { t } = useTranslation("journeys");
  const { value, comparison, property } = test;
  const label = t("forms.fact.value");
  const style = { flex: 3, minWidth: 0 };
  if (comparison === "exists") {
    return <Select aria-label={label} value={value === true} options={[true, false].map((one) => ({ value: one, label: t(one ? "forms.yes" : "forms.no") }))} onChange={onChange} style={style} />;
  }
  if (comparison === "in") {
    return <Select mode="tags" aria-label={label} value={(Array.isArray(value) ? value : []).map(String)} onChange={(texts: string[]) => onChange(texts.map(typed))} tokenSeparators={[",", "，"]} open={false} suffixIcon={null} style={style} />;
  }
  if (property.endsWith("_fen")) {
    return <InputNumber aria-label={label} prefix="¥" precision={2} value={typeof value === "number" ? value / 100 : null} onChange={(yuan) => onChange(yuan === null ? "" : Math.round(yuan * 100))} style={style} />;
  }
  return <Input aria-label={label} value={String(value)} onChange={(event) => onChange(typed(event.target.value))} style={style} />;
}
