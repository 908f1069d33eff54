import { DatePicker, InputNumber, Select, Space } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Span, Window } from "./tree";

/** Controls that stand within the sentence of a condition. */

interface PickProps<Value extends string | number> {
  label: string;
  value: Value | null | undefined;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
  width?: number;
  placeholder?: string;
}

/** One of several. */
export function Pick<Value extends string | number>({ label, value, options, onChange, width, placeholder }: PickProps<Value>) {
  return (
    <Select<Value>
      aria-label={label}
      value={value === "" || value === 0 ? undefined : (value ?? undefined)}
      options={[...options]}
      placeholder={placeholder ?? label}
      showSearch={options.length > 8 && { optionFilterProp: "label" }}
      onChange={onChange}
      style={{ minWidth: width ?? 90 }}
      popupMatchSelectWidth={false}
    />
  );
}

/** One of several, or what was typed: for names that nobody has yet. */
export function PickOrType({ label, value, options, onChange, width = 160, placeholder }: PickProps<string>) {
  const [typed, setTyped] = useState("");
  const known = options.some((one) => one.value === typed);
  const offered = [...options, ...(value && !options.some((one) => one.value === value) ? [{ value, label: value }] : []), ...(typed && !known && typed !== value ? [{ value: typed, label: typed }] : [])];
  return (
    <Select<string>
      aria-label={label}
      value={value || undefined}
      options={offered}
      placeholder={placeholder ?? label}
      showSearch={{ optionFilterProp: "label", onSearch: setTyped }}
      onChange={onChange}
      style={{ minWidth: width }}
      popupMatchSelectWidth={false}
    />
  );
}

interface ManyProps<Value extends string | number> {
  label: string;
  value: readonly Value[];
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value[]) => void;
  /** Others than these can be typed. */
  open?: boolean;
  placeholder?: string;
}

/** Several of several. */
export function PickMany<Value extends string | number>({ label, value, options, onChange, open = false, placeholder }: ManyProps<Value>) {
  return (
    <Select<Value[]>
      mode={open ? "tags" : "multiple"}
      aria-label={label}
      value={[...value]}
      options={[...options]}
      placeholder={placeholder ?? label}
      tokenSeparators={open ? [",", "，", " "] : undefined}
      showSearch={{ optionFilterProp: "label" }}
      onChange={onChange}
      style={{ minWidth: 200, maxWidth: "100%" }}
      popupMatchSelectWidth={false}
      maxTagCount={6}
    />
  );
}

interface NumberProps {
  label: string;
  value: number | null | undefined;
  onChange: (value: number | null) => void;
  min?: number;
  max?: number;
  /** Typed in yuan, kept in fen. */
  money?: boolean;
  digits?: number;
  suffix?: string;
  placeholder?: string;
}

export function Numeric({ label, value, onChange, min, max, money = false, digits = 0, suffix, placeholder }: NumberProps) {
  const shown = value === null || value === undefined || Number.isNaN(value) ? null : money ? value / 100 : value;
  return (
    <InputNumber<number>
      aria-label={label}
      value={shown}
      min={min}
      max={max}
      precision={money ? 2 : digits}
      prefix={money ? "¥" : undefined}
      suffix={suffix}
      placeholder={placeholder}
      onChange={(next) => onChange(next === null ? null : money ? Math.round(next * 100) : next)}
      style={{ width: money ? 130 : suffix ? 110 : 90 }}
    />
  );
}

const UNITS = ["day", "hour", "minute"] as const;

/** A length of time. */
export function SpanPart({ label, value, onChange }: { label: string; value: Span; onChange: (value: Span) => void }) {
  const { t } = useTranslation("segments");
  return (
    <Space.Compact>
      <InputNumber<number> aria-label={label} min={1} max={36600} precision={0} value={value.amount || null} onChange={(amount) => onChange({ ...value, amount: amount ?? 0 })} style={{ width: 70 }} />
      <Select aria-label={t("part.unit", { what: label })} value={value.unit} options={UNITS.map((unit) => ({ value: unit, label: t(`unit.${unit}`) }))} onChange={(unit) => onChange({ ...value, unit })} style={{ width: 86 }} />
    </Space.Compact>
  );
}

const WINDOWS = ["ever", "last", "days"] as const;

/** When facts count. */
export function WindowPart({ value, onChange }: { value: Window; onChange: (value: Window) => void }) {
  const { t } = useTranslation("segments");
  const dated = Boolean(value.first_day ?? value.last_day);
  const [days, setDays] = useState(dated);
  const kind = value.last ? "last" : dated || days ? "days" : "ever";
  const day = (text: string | null | undefined) => (text ? dayjs(text) : null);
  const choose = (next: (typeof WINDOWS)[number]): void => {
    setDays(next === "days");
    onChange(next === "last" ? { last: { amount: 30, unit: "day" } } : {});
  };
  return (
    <>
      <Select aria-label={t("part.window")} value={kind} options={WINDOWS.map((one) => ({ value: one, label: t(`window.${one}`) }))} onChange={choose} popupMatchSelectWidth={false} style={{ minWidth: 90 }} />
      {value.last && <SpanPart label={t("part.last")} value={value.last} onChange={(last) => onChange({ last })} />}
      {kind === "days" && (
        <DatePicker.RangePicker
          aria-label={t("part.days")}
          allowEmpty={[true, true]}
          placeholder={[t("window.from"), t("window.to")]}
          value={[day(value.first_day), day(value.last_day)]}
          onChange={(range) => {
            const [first, last] = [range?.[0]?.format("YYYY-MM-DD"), range?.[1]?.format("YYYY-MM-DD")];
            onChange({ ...(first && { first_day: first }), ...(last && { last_day: last }) });
          }}
          style={{ width: 250 }}
        />
      )}
    </>
  );
}

export const ORDERS = ["ge", "gt", "le", "lt", "eq", "ne"] as const;

/** How a number is compared. */
export function OrderPart<Order extends (typeof ORDERS)[number]>({ value, of, onChange }: { value: Order; of: readonly Order[]; onChange: (value: Order) => void }) {
  const { t } = useTranslation("segments");
  return <Pick<Order> label={t("part.order")} value={value} options={of.map((one) => ({ value: one, label: t(`order.${one}`) }))} onChange={onChange} width={84} />;
}
