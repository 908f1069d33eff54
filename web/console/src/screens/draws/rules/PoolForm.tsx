import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Input, InputNumber, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field, YuanInput } from "../../journeys/forms/fields";
import { Fields, Part, Row, Whole } from "../../rewards/parts/Part";
import { useTemplates } from "../../rewards/rewards";
import { missing, percentOf, WHOLE, type Pool, type Prize } from "../draws";
import { isNamed, NameAndWindow, Saving } from "./Saving";

const UNITS = ["points", "growth", "group_points", "make_up", "turn"] as const;
/** What a turn may cost. */
const PRICES = ["points", "group_points", "turn"] as const;
const NOTHING = "nothing";
const THING = "thing";

export function newPool(): Pool {
  return { code: "", name: "", opens_at: "", closes_at: "", budget_fen: 0, fallback: "thanks", price: { amount: 50, unit: "points" }, per_person: null, per_day: 3, prizes: [newPrize("thanks", WHOLE)] };
}

function newPrize(code: string, weight: number): Prize {
  return { code, name: "", weight, stock: null, cost_fen: 0, value_fen: null, unit: null, amount: 1, expires_days: null, thing: false };
}

interface Props {
  given: Pool;
  fresh: boolean;
  onSave: (pool: Pool, reason: string) => Promise<void>;
  onRemove: (reason: string) => Promise<void>;
}

/** Prizes with their odds and stock, what a turn costs, and how often one may. */
export function PoolForm({ given, fresh, onSave, onRemove }: Props) {
  const { t } = useTranslation("draws");
  const [pool, setPool] = useState(given);
  const set = (part: Partial<Pool>): void => setPool({ ...pool, ...part });
  const ready = isNamed(pool) && pool.prizes.every((one) => one.code && one.name.trim());
  return (
    <Fields>
      <NameAndWindow value={pool} fresh={fresh} onChange={set} />
      <Row>
        <Field label={t("round.budget")} extra={t("pool.budgetWhat")} required>
          <YuanInput label={t("round.budget")} value={pool.budget_fen} onChange={(fen) => set({ budget_fen: fen ?? 0 })} />
        </Field>
        <Whole label={t("pool.price")} extra={t("pool.priceWhat")} value={pool.price?.amount ?? null} onChange={(amount) => set({ price: amount ? { unit: pool.price?.unit ?? "points", amount } : null })} />
        {pool.price && (
          <Field label={t("pool.priceUnit")}>
            <Select<string> aria-label={t("pool.priceUnit")} value={pool.price.unit ?? "points"} options={PRICES.map((value) => ({ value, label: t(`unit.${value}`) }))} onChange={(unit) => pool.price && set({ price: { ...pool.price, unit } })} style={{ width: 140 }} />
          </Field>
        )}
        <Whole label={t("round.perDay")} value={pool.per_day} onChange={(per_day) => set({ per_day })} />
        <Whole label={t("round.perPerson")} value={pool.per_person} onChange={(per_person) => set({ per_person })} />
      </Row>
      <Part title={t("round.prizes")} extra={<Sum prizes={pool.prizes} />}>
        <Flex vertical gap="middle">
          {pool.prizes.map((prize, at) => (
            <OnePrize
              key={at}
              prize={prize}
              number={at + 1}
              onChange={(next) => set({ prizes: pool.prizes.map((one, index) => (index === at ? next : one)), ...(pool.fallback === prize.code && { fallback: next.code }) })}
              onRemove={pool.prizes.length > 1 ? () => set({ prizes: pool.prizes.filter((_, index) => index !== at) }) : undefined}
            />
          ))}
          <Button type="dashed" icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => set({ prizes: [...pool.prizes, newPrize(`prize_${pool.prizes.length + 1}`, Math.max(0, missing(pool.prizes)))] })}>
            {t("pool.add")}
          </Button>
        </Flex>
      </Part>
      <Field label={t("pool.fallback")} extra={t("pool.fallbackWhat")} required>
        <Select aria-label={t("pool.fallback")} value={pool.fallback} options={pool.prizes.map((one) => ({ value: one.code, label: one.name || one.code }))} onChange={(fallback) => set({ fallback })} style={{ width: 260 }} />
      </Field>
      <Saving ready={ready} onSave={(reason) => onSave(pool, reason)} onRemove={fresh ? undefined : onRemove} />
    </Fields>
  );
}

function Sum({ prizes }: { prizes: readonly Prize[] }) {
  const { t } = useTranslation("draws");
  const left = missing(prizes);
  return (
    <Typography.Text type={left === 0 ? "secondary" : "warning"} aria-live="polite">
      {left === 0 ? t("pool.whole") : t(left > 0 ? "pool.under" : "pool.over", { percent: percentOf(Math.abs(left)) })}
    </Typography.Text>
  );
}

function OnePrize({ prize, number, onChange, onRemove }: { prize: Prize; number: number; onChange: (prize: Prize) => void; onRemove?: () => void }) {
  const { t } = useTranslation("draws");
  const templates = (useTemplates().data ?? []).filter((one) => one.state !== "ended");
  const set = (part: Partial<Prize>): void => onChange({ ...prize, ...part });
  const gives = prize.thing ? THING : (prize.unit ?? NOTHING);
  const options = [
    { value: NOTHING, label: t("prize.nothing") },
    { value: THING, label: t("prize.thing") },
    ...UNITS.map((value) => ({ value, label: t(`unit.${value}`) })),
    ...templates.map((one) => ({ value: `coupon:${one.id}`, label: t("prize.coupon", { name: one.terms.name }) })),
  ];
  return (
    <Flex gap="small" wrap align="flex-end" role="group" aria-label={t("prize.number", { n: String(number) })}>
      <Small label={t("prize.name")}>
        <Input aria-label={t("prize.name")} maxLength={60} value={prize.name} onChange={(event) => set({ name: event.target.value })} style={{ width: 150 }} />
      </Small>
      <Small label={t("rules.code")}>
        <Input aria-label={t("rules.code")} maxLength={40} value={prize.code} onChange={(event) => set({ code: event.target.value.trim().toLowerCase() })} style={{ width: 110 }} />
      </Small>
      <Small label={t("odds.percent")}>
        <InputNumber<number> aria-label={t("odds.percent")} suffix="%" min={0} max={100} precision={4} value={prize.weight / 10_000} onChange={(percent) => set({ weight: Math.round((percent ?? 0) * 10_000) })} style={{ width: 120 }} />
      </Small>
      <Small label={t("prize.gives")}>
        <Select<string> aria-label={t("prize.gives")} value={gives} options={options} showSearch={{ optionFilterProp: "label" }} onChange={(next) => set({ thing: next === THING, unit: next === THING || next === NOTHING ? null : next, ...(next.startsWith("coupon:") && { expires_days: null }) })} style={{ width: 170 }} />
      </Small>
      {prize.unit && (
        <Small label={t("prize.amount")}>
          <InputNumber<number> aria-label={t("prize.amount")} min={1} precision={0} value={prize.amount} onChange={(amount) => set({ amount: amount ?? 1 })} style={{ width: 90 }} />
        </Small>
      )}
      <Small label={t("odds.stock")}>
        <InputNumber<number> aria-label={t("odds.stock")} min={1} precision={0} placeholder={t("round.noLimit")} value={prize.stock} onChange={(stock) => set({ stock })} style={{ width: 90 }} />
      </Small>
      <Small label={t("prize.cost")}>
        <YuanInput label={t("prize.cost")} value={prize.cost_fen} onChange={(fen) => set({ cost_fen: fen ?? 0 })} />
      </Small>
      <Small label={t("prize.value")}>
        <YuanInput label={t("prize.value")} value={prize.value_fen} onChange={(value_fen) => set({ value_fen })} />
      </Small>
      {onRemove && <Button type="text" icon={<DeleteOutlined />} aria-label={t("prize.remove", { name: prize.name || prize.code })} onClick={onRemove} />}
    </Flex>
  );
}

function Small({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <Typography.Text type="secondary" style={{ fontSize: 12 }}>
        {label}
      </Typography.Text>
      <div>{children}</div>
    </div>
  );
}
