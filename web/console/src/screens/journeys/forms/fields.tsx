import { Flex, Form, InputNumber, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useSegments } from "../sentences";
import { minutesOf, unitOf } from "../editor/texts";

const UNITS = { m: 1, h: 60, d: 1440 } as const;

/** A field with its label, close to the next. */
export function Field({ label, extra, tip, problem, required, children }: { label: string; extra?: ReactNode; tip?: string; problem?: string; required?: boolean; children: ReactNode }) {
  return (
    <Form.Item label={label} extra={extra} tooltip={tip} required={required} validateStatus={problem ? "error" : undefined} help={problem} style={{ marginBottom: 14 }}>
      {children}
    </Form.Item>
  );
}

/** A length of time: an amount and a unit. */
export function SpanInput({ label, value, onChange }: { label: string; value: string; onChange: (span: string) => void }) {
  const { t } = useTranslation("journeys");
  const { amount, unit } = unitOf(Math.round(minutesOf(value) ?? 0));
  return (
    <Flex gap={4}>
      <InputNumber aria-label={label} min={0} precision={0} value={amount} onChange={(next) => onChange(`${next ?? 0}${unit}`)} style={{ width: 100 }} />
      <Select
        aria-label={`${label}: ${t("list.kind")}`}
        value={unit}
        options={(Object.keys(UNITS) as (keyof typeof UNITS)[]).map((one) => ({ value: one, label: t(`span.${one}`, { count: amount }).replace(String(amount), "").trim() }))}
        onChange={(next) => onChange(`${amount}${next}`)}
        style={{ width: 100 }}
      />
    </Flex>
  );
}

/** Money in yuan, kept in fen. */
export function YuanInput({ label, value, onChange }: { label: string; value: number | null | undefined; onChange: (fen: number | null) => void }) {
  return <InputNumber aria-label={label} prefix="¥" min={0} precision={2} value={value == null ? null : value / 100} onChange={(yuan) => onChange(yuan === null ? null : Math.round(yuan * 100))} style={{ width: 160 }} />;
}

export function SegmentSelect({ label, value, onChange }: { label: string; value: number; onChange: (id: number) => void }) {
  const segments = useSegments().data ?? [];
  const known = segments.some((one) => one.id === value);
  return (
    <Select
      aria-label={label}
      showSearch={{ optionFilterProp: "label" }}
      placeholder={label}
      value={value === 0 ? undefined : known ? value : `#${value}`}
      options={segments.map((one) => ({ value: one.id, label: one.name }))}
      onChange={(id) => onChange(Number(id))}
      style={{ width: "100%" }}
    />
  );
}

/** Days of the week, 1 for Monday. */
export function WeekdaySelect({ label, value, onChange }: { label: string; value: readonly number[]; onChange: (days: number[]) => void }) {
  const { t } = useTranslation("journeys");
  return (
    <Select
      mode="multiple"
      allowClear
      aria-label={label}
      value={[...value]}
      options={[1, 2, 3, 4, 5, 6, 7].map((day) => ({ value: day, label: t(`weekday.${String(day) as "1"}`) }))}
      onChange={(days) => onChange([...days].sort((a, b) => a - b))}
      style={{ width: "100%" }}
    />
  );
}
