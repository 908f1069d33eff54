import { Card, Flex, Form, InputNumber, Switch } from "antd";
import type { ReactNode } from "react";

import { Field } from "../../journeys/forms/fields";

/** A part of a page or of a form, with its heading. */
export function Part({ title, extra, children }: { title: string; extra?: ReactNode; children: ReactNode }) {
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{title}</h2>} extra={extra}>
      {children}
    </Card>
  );
}

/** Fields beside each other while there is room. */
export function Row({ children }: { children: ReactNode }) {
  return (
    <Flex gap="middle" wrap align="flex-start">
      {children}
    </Flex>
  );
}

interface WholeProps {
  label: string;
  extra?: string;
  value: number | null | undefined;
  onChange: (value: number | null) => void;
  min?: number;
  max?: number;
  required?: boolean;
  disabled?: boolean;
  suffix?: string;
}

/** A whole number; empty for none. */
export function Whole({ label, extra, value, onChange, min = 1, max = 1_000_000, required, disabled, suffix }: WholeProps) {
  return (
    <Field label={label} extra={extra} required={required}>
      <InputNumber<number> aria-label={label} min={min} max={max} precision={0} value={value ?? null} disabled={disabled} suffix={suffix} onChange={onChange} style={{ width: 160 }} />
    </Field>
  );
}

/** Yes or no, with what it means. */
export function Yes({ label, extra, value, onChange, disabled }: { label: string; extra?: string; value: boolean; onChange: (on: boolean) => void; disabled?: boolean }) {
  return (
    <Field label={label} extra={extra}>
      <Switch aria-label={label} checked={value} disabled={disabled} onChange={onChange} />
    </Field>
  );
}

/** A form that nothing submits by itself. */
export function Fields({ children }: { children: ReactNode }) {
  return (
    <Form layout="vertical" component="div" style={{ maxWidth: 860 }}>
      <Flex vertical gap="middle">
        {children}
      </Flex>
    </Form>
  );
}
