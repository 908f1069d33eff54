import { DeleteOutlined, DownOutlined, PlusOutlined, UpOutlined } from "@ant-design/icons";
import { Button, Card, DatePicker, Flex, Input, InputNumber, Select } from "antd";
import dayjs from "dayjs";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { GIVEN, useUnitName } from "../units";
import type { Reward } from "./types";
import { Heading } from "./Versioned";

/** A part of a form with its heading. */
export function Part({ title, what, children }: { title: string; what?: string; children: ReactNode }) {
  return (
    <Card size="small" title={<Heading>{title}</Heading>}>
      {what && <p style={{ marginTop: 0 }}>{what}</p>}
      {children}
    </Card>
  );
}

interface Labelled {
  label: string;
  children: ReactNode;
}

export function Field({ label, children }: Labelled) {
  return (
    <Flex gap={6} align="center">
      <span style={{ whiteSpace: "nowrap" }}>{label}</span>
      {children}
    </Flex>
  );
}

interface WholeProps {
  label: string;
  value: number;
  min?: number;
  max?: number;
  width?: number;
  onChange: (value: number) => void;
}

/** A whole number that has to be there. */
export function Whole({ label, value, min = 1, max = 1_000_000, width = 100, onChange }: WholeProps) {
  return (
    <Field label={label}>
      <InputNumber<number> aria-label={label} min={min} max={max} precision={0} value={value} onChange={(next) => onChange(next ?? min)} style={{ width }} />
    </Field>
  );
}

interface MaybeProps extends Omit<WholeProps, "value" | "onChange"> {
  value: number | null | undefined;
  /** What an empty field means. */
  empty: string;
  onChange: (value: number | null) => void;
}

/** A whole number that may be absent; the field says what that means. */
export function MaybeWhole({ label, value, min = 1, max = 36_500, width = 110, empty, onChange }: MaybeProps) {
  return (
    <Field label={label}>
      <InputNumber<number> aria-label={label} min={min} max={max} precision={0} value={value ?? null} placeholder={empty} onChange={onChange} style={{ width }} />
    </Field>
  );
}

/** Money in yuan on the screen, in fen in the rules. */
export function Yuan({ label, fen, min = 0, onChange }: { label: string; fen: number; min?: number; onChange: (fen: number) => void }) {
  return (
    <Field label={label}>
      <InputNumber<number> aria-label={label} min={min / 100} precision={2} value={fen / 100} onChange={(next) => onChange(Math.round((next ?? min / 100) * 100))} style={{ width: 120 }} />
    </Field>
  );
}

interface TextProps {
  label: string;
  value: string | null | undefined;
  empty?: string;
  width?: number;
  max?: number;
  onChange: (value: string) => void;
}

export function Text({ label, value, empty, width = 140, max = 200, onChange }: TextProps) {
  return (
    <Field label={label}>
      <Input aria-label={label} value={value ?? ""} placeholder={empty} maxLength={max} style={{ width }} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}

/** A day of the brand's, or none. */
export function Day({ label, value, onChange }: { label: string; value: string | null | undefined; onChange: (day: string | null) => void }) {
  return (
    <Field label={label}>
      <DatePicker aria-label={label} value={value ? dayjs(value) : null} onChange={(day) => onChange(day ? day.format("YYYY-MM-DD") : null)} />
    </Field>
  );
}

interface Choices<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  width?: number;
  onChange: (value: Value) => void;
}

export function Choose<Value extends string>({ label, value, options, width = 140, onChange }: Choices<Value>) {
  return (
    <Field label={label}>
      <Select<Value> aria-label={label} value={value} options={[...options]} onChange={onChange} style={{ width }} />
    </Field>
  );
}

interface RowsProps<Item> {
  items: readonly Item[];
  /** What the button that adds one says, and what it adds. */
  add: string;
  make: () => Item;
  /** What one is called, for its buttons. */
  called: (item: Item, at: number) => string;
  /** Whether their order means something. */
  ordered?: boolean;
  onChange: (items: Item[]) => void;
  children: (item: Item, set: (part: Partial<Item>) => void, at: number) => ReactNode;
}

/** A list of things that are changed in place, put in order, added and taken away. */
export function Rows<Item extends object>({ items, add, make, called, ordered = false, onChange, children }: RowsProps<Item>) {
  const { t } = useTranslation("members");
  const swap = (at: number, other: number): void => {
    const next = [...items];
    const [one, two] = [next[at], next[other]];
    if (one === undefined || two === undefined) return;
    [next[at], next[other]] = [two, one];
    onChange(next);
  };
  return (
    <Flex vertical gap="small">
      {items.map((item, at) => (
        <Card key={`${at} of ${items.length}`} size="small" role="group" aria-label={called(item, at)}>
          <Flex justify="space-between" gap="small" align="flex-start">
            <Flex gap="12px 16px" wrap align="center" style={{ flex: 1 }}>
              <Fragment>{children(item, (part) => onChange(items.map((each, index) => (index === at ? { ...each, ...part } : each))), at)}</Fragment>
            </Flex>
            <Flex>
              {ordered && <Button type="text" icon={<UpOutlined />} disabled={at === 0} aria-label={t("form.up", { what: called(item, at) })} onClick={() => swap(at, at - 1)} />}
              {ordered && <Button type="text" icon={<DownOutlined />} disabled={at === items.length - 1} aria-label={t("form.down", { what: called(item, at) })} onClick={() => swap(at, at + 1)} />}
              <Button type="text" icon={<DeleteOutlined />} aria-label={t("form.remove", { what: called(item, at) })} onClick={() => onChange(items.filter((_, index) => index !== at))} />
            </Flex>
          </Flex>
        </Card>
      ))}
      <Button type="dashed" icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => onChange([...items, make()])}>
        {add}
      </Button>
    </Flex>
  );
}

/** What is given: so many of a unit, with how long they last. */
export function Rewards({ label, rewards, onChange }: { label: string; rewards: readonly Reward[]; onChange: (rewards: Reward[]) => void }) {
  const { t } = useTranslation("members");
  const unit = useUnitName();
  const free = GIVEN.find((code) => !rewards.some((one) => one.unit === code));
  const set = (at: number, part: Partial<Reward>): void => onChange(rewards.map((each, index) => (index === at ? { ...each, ...part } : each)));
  return (
    <Flex vertical gap={6} role="group" aria-label={label} style={{ width: "100%" }}>
      {rewards.map((one, at) => (
        <Flex key={`${at} of ${rewards.length}`} gap="small" wrap align="center">
          <Whole label={t("form.gives")} value={one.amount} onChange={(amount) => set(at, { amount })} />
          <Select<string> aria-label={t("form.unit")} value={one.unit} options={GIVEN.map((code) => ({ value: code, label: unit(code) }))} onChange={(code) => set(at, { unit: code })} style={{ width: 140 }} />
          <MaybeWhole label={t("form.expires")} value={one.expires_days} empty={t("form.never")} onChange={(expires_days) => set(at, { expires_days })} />
          <Button type="text" icon={<DeleteOutlined />} aria-label={t("form.remove", { what: unit(one.unit) })} onClick={() => onChange(rewards.filter((_, index) => index !== at))} />
        </Flex>
      ))}
      {free && (
        <Button size="small" type="dashed" icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => onChange([...rewards, { amount: 1, unit: free, expires_days: null }])}>
          {t("form.addReward")}
        </Button>
      )}
    </Flex>
  );
}
