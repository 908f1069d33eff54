import { useLanguage } from "@siyu/kit";
import { Button, Flex, Form, Input, Select, Typography, type FormInstance } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { KindField } from "./accounts";
import { canBeMadeUp, madeUp } from "./connect/fields";

interface Props {
  form: FormInstance<Record<string, string>>;
  fields: readonly KindField[];
  /** Secrets that are there already: they stay as they are until they are replaced. */
  filled?: readonly string[];
}

/** What a kind asks for, each with where to find it. Their names in the form are those of the API. */
export function Fields({ form, fields, filled = [] }: Props) {
  return fields.map((field) => (filled.includes(field.name) ? <Kept key={field.name} form={form} field={field} /> : <Asked key={field.name} form={form} field={field} />));
}

function Asked({ form, field, autoFocus = false }: { form: Props["form"]; field: KindField; autoFocus?: boolean }) {
  const { t } = useTranslation("channels");
  const { t: shell } = useTranslation("shell");
  const language = useLanguage();
  const [label, help] = language === "zh" ? [field.zh, field.help_zh] : [field.en, field.help_en];
  const rules = [
    ...(field.required && !field.default ? [{ required: true, message: shell("required") }] : []),
    ...(field.pattern ? [{ pattern: new RegExp(`^\\s*(?:${field.pattern})\\s*$`), message: t("fields.wrong") }] : []),
  ];
  const common = { autoFocus, autoComplete: "off", spellCheck: false, placeholder: field.default };
  const input = field.choices.length > 0 ? <Select options={field.choices.map((value) => ({ value, label: <Choice field={field.name} value={value} /> }))} /> : field.secret ? <Input.Password {...common} autoComplete="new-password" /> : <Input {...common} />;
  const item = (
    <Form.Item name={field.name} label={field.required ? label : t("fields.optional", { label })} extra={help} rules={rules} style={{ flex: 1 }}>
      {input}
    </Form.Item>
  );
  if (!canBeMadeUp(field)) return item;
  return (
    <Flex gap="small" align="flex-start">
      {item}
      <Button style={{ marginTop: 30 }} aria-label={t("fields.makeUpOne", { label })} onClick={() => form.setFieldValue(field.name, madeUp(field))}>
        {t("fields.makeUp")}
      </Button>
    </Flex>
  );
}

function Choice({ field, value }: { field: string; value: string }) {
  const { t, i18n } = useTranslation("channels");
  const path = `choices.${field}.${value}`;
  return i18n.exists(`channels:${path}`) ? t(path as never) : value;
}

/** A secret that is there: nobody sees it again, it can be replaced. */
function Kept({ form, field }: { form: Props["form"]; field: KindField }) {
  const { t } = useTranslation("channels");
  const language = useLanguage();
  const [replacing, setReplacing] = useState(false);
  if (replacing) return <Asked form={form} field={{ ...field, required: true }} autoFocus />;
  return (
    <Form.Item label={field[language]}>
      <Flex gap="small" align="center">
        <Typography.Text type="secondary">{t("fields.filled")}</Typography.Text>
        <Button size="small" aria-label={t("fields.replaceOne", { label: field[language] })} onClick={() => setReplacing(true)}>
          {t("fields.replace")}
        </Button>
      </Flex>
    </Form.Item>
  );
}
