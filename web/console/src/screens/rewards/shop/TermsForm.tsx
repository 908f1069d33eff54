import { answered, api } from "@siyu/api";
import { ErrorNote, useFormat } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Button, Flex, Input, Radio, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { Field, YuanInput } from "../../journeys/forms/fields";
import { Instant } from "../parts/Instant";
import { Fields, Part, Row, Whole, Yes } from "../parts/Part";
import { useRewardRules, useTemplates, type OfferTerms } from "../rewards";

interface Props {
  given: OfferTerms;
  saving: boolean;
  error: unknown;
  ok: string;
  onSave: (terms: OfferTerms) => void;
  onCancel?: () => void;
}

interface Piece {
  terms: OfferTerms;
  set: (part: Partial<OfferTerms>) => void;
}

/** The terms of an offer: what it gives, for what, when, and to whom how many. */
export function TermsForm({ given, saving, error, ok, onSave, onCancel }: Props) {
  const { t } = useTranslation("rewards");
  const [terms, setTerms] = useState(given);
  const piece: Piece = { terms, set: (part) => setTerms({ ...terms, ...part }) };
  return (
    <Fields>
      <Gives {...piece} />
      <Limits {...piece} />
      <ErrorNote error={error} />
      <Flex gap="small">
        <Button type="primary" disabled={!terms.name.trim()} loading={saving} onClick={() => onSave(terms)}>
          {ok}
        </Button>
        {onCancel && <Button onClick={onCancel}>{t("cancel")}</Button>}
      </Flex>
    </Fields>
  );
}

function Gives({ terms, set }: Piece) {
  const { t } = useTranslation("rewards");
  const templates = (useTemplates().data ?? []).filter((one) => one.state !== "ended");
  const coupon = terms.coupon_id !== null && terms.coupon_id !== undefined;
  return (
    <Part title={t("offer.gives")}>
      <Field label={t("offer.name")} required>
        <Input aria-label={t("offer.name")} value={terms.name} maxLength={100} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <Field label={t("offer.gives")} required>
        <Radio.Group
          aria-label={t("offer.gives")}
          value={coupon}
          options={[
            { value: false, label: t("offer.thing") },
            { value: true, label: t("offer.coupon") },
          ]}
          onChange={(event) => set(event.target.value ? { coupon_id: templates[0]?.id ?? 0, cash_fen: 0, cost_fen: 0 } : { coupon_id: null })}
        />
      </Field>
      {coupon && (
        <Field label={t("offer.template")} extra={t("offer.templateWhat")} required>
          <Select<number> aria-label={t("offer.template")} showSearch={{ optionFilterProp: "label" }} value={terms.coupon_id || undefined} options={templates.map((one) => ({ value: one.id, label: one.terms.name }))} onChange={(coupon_id) => set({ coupon_id })} />
        </Field>
      )}
      <Row>
        <Whole label={t("offer.points")} min={0} max={1_000_000_000} value={terms.points} onChange={(points) => set({ points: points ?? 0 })} required />
        {!coupon && (
          <>
            <Field label={t("offer.cash")} extra={t("offer.cashWhat")}>
              <YuanInput label={t("offer.cash")} value={terms.cash_fen || null} onChange={(fen) => set({ cash_fen: fen ?? 0 })} />
            </Field>
            <Field label={t("offer.cost")} extra={t("offer.costWhat")} required>
              <YuanInput label={t("offer.cost")} value={terms.cost_fen || null} onChange={(fen) => set({ cost_fen: fen ?? 0 })} />
            </Field>
          </>
        )}
      </Row>
      {!coupon && <Margin terms={terms} />}
    </Part>
  );
}

/** What it brings beside what it has to: as it is typed, before the server decides. */
function Margin({ terms }: { terms: OfferTerms }) {
  const { t } = useTranslation("rewards");
  const { money } = useFormat();
  const rules = useRewardRules().data?.rules;
  if (!rules) return <Typography.Text type="secondary">{t("offer.noRules")}</Typography.Text>;
  const brings = Math.floor((terms.points * rules.fen) / rules.points) + terms.cash_fen;
  const least = Math.ceil((terms.cost_fen * (10_000 + (rules.margin_bp ?? 0))) / 10_000);
  return (
    <Typography.Text type={brings >= least ? "secondary" : "warning"} aria-live="polite">
      {t(brings >= least ? "offer.marginKept" : "offer.marginUnder", { brings: money(brings), least: money(least) })}
    </Typography.Text>
  );
}

function Limits({ terms, set }: Piece) {
  const { t } = useTranslation("rewards");
  return (
    <Part title={t("offer.limits")}>
      <Row>
        <Yes label={t("offer.seckill")} extra={t("offer.seckillWhat")} value={terms.seckill} onChange={(seckill) => set({ seckill })} />
        <Field label={t("offer.starts")} required={terms.seckill}>
          <Instant label={t("offer.starts")} value={terms.starts_at} onChange={(starts_at) => set({ starts_at })} />
        </Field>
        <Field label={t("offer.ends")} required={terms.seckill}>
          <Instant label={t("offer.ends")} value={terms.ends_at} onChange={(ends_at) => set({ ends_at })} />
        </Field>
      </Row>
      <Row>
        <Whole label={t("offer.perPerson")} value={terms.per_person} onChange={(per_person) => set({ per_person })} required={terms.seckill} />
        <Whole label={t("offer.perDay")} value={terms.per_day} onChange={(per_day) => set({ per_day })} />
      </Row>
      <Tiers terms={terms} set={set} />
    </Part>
  );
}

/** Only some tiers, each with its own number; without any everybody. */
function Tiers({ terms, set }: Piece) {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const rules = useQuery({ queryKey: ["ledger", "tiers"], enabled: may("ledger.read"), queryFn: ({ signal }) => answered(api.GET("/api/v1/ledger/tiers", { signal })) });
  const tiers = rules.data?.rules?.tiers ?? [];
  const given = terms.tiers ?? {};
  const name = (code: string): string => tiers.find((one) => one.code === code)?.name ?? code;
  const codes = [...new Set([...tiers.map((one) => one.code), ...Object.keys(given)])];
  if (codes.length === 0) return null;
  return (
    <Field label={t("offer.tiers")} extra={t("offer.tiersWhat")}>
      <Flex vertical gap="small">
        <Select<string[]> mode="multiple" aria-label={t("offer.tiers")} value={Object.keys(given)} options={codes.map((value) => ({ value, label: name(value) }))} onChange={(chosen) => set({ tiers: Object.fromEntries(chosen.map((code) => [code, given[code] ?? 1])) })} />
        <Row>
          {Object.entries(given).map(([code, most]) => (
            <Whole key={code} label={t("offer.perTier", { tier: name(code) })} value={most} onChange={(next) => set({ tiers: { ...given, [code]: next ?? 1 } })} />
          ))}
        </Row>
      </Flex>
    </Field>
  );
}
