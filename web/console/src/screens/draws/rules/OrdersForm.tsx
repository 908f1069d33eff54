import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field, YuanInput } from "../../journeys/forms/fields";
import { Instant } from "../../rewards/parts/Instant";
import { Fields, Row, Whole } from "../../rewards/parts/Part";
import type { FreeOrders, Rebate } from "../draws";
import { OfShop } from "./OfShop";
import { isNamed, NameAndWindow, Saving } from "./Saving";

export function newFreeOrders(): FreeOrders {
  return { code: "", name: "", opens_at: "", closes_at: "", draws_at: "", winners: 1, most_fen: 0, budget_fen: 0, unit: "points", per_yuan: 100, amount: null, expires_days: null, platform: null, shop: null, least_fen: 1 };
}

export function newRebate(): Rebate {
  return { code: "", name: "", opens_at: "", closes_at: "", steps: [{ at_least_fen: 50_000, amount: 300 }], unit: "points", expires_days: null, platform: null, shop: null };
}

interface Props<Rule> {
  given: Rule;
  fresh: boolean;
  onSave: (rule: Rule, reason: string) => Promise<void>;
  onRemove: (reason: string) => Promise<void>;
}

/** Orders of a window of which some are given back, in points. */
export function FreeOrdersForm({ given, fresh, onSave, onRemove }: Props<FreeOrders>) {
  const { t } = useTranslation("draws");
  const [free, setFree] = useState(given);
  const set = (part: Partial<FreeOrders>): void => setFree({ ...free, ...part });
  return (
    <Fields>
      <NameAndWindow value={free} fresh={fresh} onChange={set} />
      <Row>
        <Field label={t("round.drawsAt")} extra={t("free.drawsAtWhat")} required>
          <Instant label={t("round.drawsAt")} value={free.draws_at} onChange={(at) => set({ draws_at: at ?? "" })} />
        </Field>
        <Whole label={t("round.winners")} max={10_000} value={free.winners} onChange={(winners) => set({ winners: winners ?? 1 })} required />
      </Row>
      <Row>
        <Field label={t("round.most")} required>
          <YuanInput label={t("round.most")} value={free.most_fen || null} onChange={(fen) => set({ most_fen: fen ?? 0 })} />
        </Field>
        <Field label={t("round.budget")} required>
          <YuanInput label={t("round.budget")} value={free.budget_fen || null} onChange={(fen) => set({ budget_fen: fen ?? 0 })} />
        </Field>
        <Field label={t("free.least")}>
          <YuanInput label={t("free.least")} value={free.least_fen} onChange={(fen) => set({ least_fen: fen || 1 })} />
        </Field>
      </Row>
      <Row>
        <Whole label={t("free.perYuan")} extra={t("free.perYuanWhat")} value={free.per_yuan} onChange={(per_yuan) => set({ per_yuan, ...(per_yuan && { amount: null }) })} />
        <Whole label={t("free.amount")} value={free.amount} onChange={(amount) => set({ amount, ...(amount && { per_yuan: null }) })} />
        <Whole label={t("prize.expires")} max={36_500} value={free.expires_days} onChange={(expires_days) => set({ expires_days })} />
      </Row>
      <OfShop value={free} onChange={set} />
      <Saving ready={isNamed(free) && free.draws_at !== "" && free.most_fen > 0 && free.budget_fen > 0} onSave={(reason) => onSave(free, reason)} onRemove={fresh ? undefined : onRemove} />
    </Fields>
  );
}

/** Who spends so much in a window gets points back, by steps. */
export function RebateForm({ given, fresh, onSave, onRemove }: Props<Rebate>) {
  const { t } = useTranslation("draws");
  const [rebate, setRebate] = useState(given);
  const set = (part: Partial<Rebate>): void => setRebate({ ...rebate, ...part });
  const step = (at: number, part: Partial<Rebate["steps"][number]>): void => set({ steps: rebate.steps.map((one, index) => (index === at ? { ...one, ...part } : one)) });
  return (
    <Fields>
      <NameAndWindow value={rebate} fresh={fresh} onChange={set} />
      <Field label={t("rebate.steps")} extra={t("rebate.stepsWhat")} required>
        <Flex vertical gap="small">
          {rebate.steps.map((one, at) => (
            <Flex key={at} gap="small" align="center" wrap role="group" aria-label={t("rebate.number", { n: String(at + 1) })}>
              <span>{t("rebate.from")}</span>
              <YuanInput label={t("rebate.from")} value={one.at_least_fen} onChange={(fen) => step(at, { at_least_fen: fen || 1 })} />
              <span>{t("rebate.gives")}</span>
              <InputNumber<number> aria-label={t("rebate.gives")} min={1} precision={0} value={one.amount} onChange={(amount) => step(at, { amount: amount ?? 1 })} style={{ width: 120 }} />
              {rebate.steps.length > 1 && <Button type="text" icon={<DeleteOutlined />} aria-label={t("rebate.remove", { n: String(at + 1) })} onClick={() => set({ steps: rebate.steps.filter((_, index) => index !== at) })} />}
            </Flex>
          ))}
          <Button type="dashed" icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => set({ steps: [...rebate.steps, { at_least_fen: (rebate.steps.at(-1)?.at_least_fen ?? 0) * 2 || 50_000, amount: (rebate.steps.at(-1)?.amount ?? 0) * 2 || 300 }] })}>
            {t("rebate.add")}
          </Button>
        </Flex>
      </Field>
      <Whole label={t("prize.expires")} max={36_500} value={rebate.expires_days} onChange={(expires_days) => set({ expires_days })} />
      <OfShop value={rebate} onChange={set} />
      <Saving ready={isNamed(rebate)} onSave={(reason) => onSave(rebate, reason)} onRemove={fresh ? undefined : onRemove} />
    </Fields>
  );
}
