import { answered, api } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Button, Flex, Input, Radio, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../app/session";
import { Field, SegmentSelect, YuanInput } from "../journeys/forms/fields";
import { Instant } from "../rewards/parts/Instant";
import { Fields, Part, Row, Whole, Yes } from "../rewards/parts/Part";
import { useTemplates } from "../rewards/rewards";
import { OPEN_WHILE_LIVE, type Terms } from "./trials";

interface Props {
  given: Terms;
  /** It was live: only what nobody was promised can be changed. */
  promised?: boolean;
  saving: boolean;
  error: unknown;
  ok: string;
  onSave: (terms: Terms) => void;
  onCancel?: () => void;
}

interface Piece {
  terms: Terms;
  set: (part: Partial<Terms>) => void;
}

/** The terms of a trial: what is tried, when, who may apply, how the chosen are found, and what a report earns. */
export function TermsForm({ given, promised = false, saving, error, ok, onSave, onCancel }: Props) {
  const { t } = useTranslation("trials");
  const [terms, setTerms] = useState(given);
  const piece: Piece = { terms, set: (part) => setTerms({ ...terms, ...part }) };
  return (
    <Fields>
      {promised ? (
        <Promised {...piece} />
      ) : (
        <>
          <What {...piece} />
          <Times {...piece} />
          <Who {...piece} />
          <Reward {...piece} />
        </>
      )}
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

function About({ terms, set }: Piece) {
  const { t } = useTranslation("trials");
  return (
    <Field label={t("terms.about")} extra={t("terms.aboutWhat")}>
      <Input.TextArea aria-label={t("terms.about")} rows={3} maxLength={2000} value={terms.about} onChange={(event) => set({ about: event.target.value })} />
    </Field>
  );
}

function Promised({ terms, set }: Piece) {
  const { t } = useTranslation("trials");
  return (
    <Part title={t("terms.promised", { count: OPEN_WHILE_LIVE.size })}>
      <About terms={terms} set={set} />
      <Field label={t("terms.reportsUntil")} extra={t("terms.laterOnly")} required>
        <Instant label={t("terms.reportsUntil")} value={terms.reports_until} onChange={(at) => set({ reports_until: at ?? terms.reports_until })} />
      </Field>
    </Part>
  );
}

function What({ terms, set }: Piece) {
  const { t } = useTranslation("trials");
  return (
    <Part title={t("part.what")}>
      <Field label={t("terms.name")} required>
        <Input aria-label={t("terms.name")} value={terms.name} maxLength={100} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <About terms={terms} set={set} />
      <Row>
        <Whole label={t("terms.pieces")} extra={t("terms.piecesWhat")} max={100_000} value={terms.pieces} onChange={(pieces) => set({ pieces: pieces ?? 0 })} required />
        <Field label={t("terms.worth")} extra={t("terms.worthWhat")}>
          <YuanInput label={t("terms.worth")} value={terms.worth_fen || null} onChange={(fen) => set({ worth_fen: fen ?? 0 })} />
        </Field>
        <Field label={t("terms.product")} extra={t("terms.productWhat")}>
          <Input aria-label={t("terms.product")} value={terms.product ?? ""} maxLength={100} onChange={(event) => set({ product: event.target.value.trim() || null })} style={{ width: 200 }} />
        </Field>
      </Row>
    </Part>
  );
}

function Times({ terms, set }: Piece) {
  const { t } = useTranslation("trials");
  const at = (key: "opens_at" | "closes_at" | "chosen_by" | "reports_until", label: string, extra?: string) => (
    <Field label={label} extra={extra} required>
      <Instant label={label} value={terms[key]} onChange={(moment) => set({ [key]: moment ?? terms[key] })} />
    </Field>
  );
  return (
    <Part title={t("part.times")}>
      <Row>
        {at("opens_at", t("terms.opens"))}
        {at("closes_at", t("terms.closes"))}
        {at("chosen_by", t("terms.chosenBy"), t("terms.chosenByWhat"))}
        {at("reports_until", t("terms.reportsUntil"))}
      </Row>
    </Part>
  );
}

function Who({ terms, set }: Piece) {
  const { t } = useTranslation("trials");
  const may = useMay();
  const rules = useQuery({ queryKey: ["ledger", "tiers"], enabled: may("ledger.read"), queryFn: ({ signal }) => answered(api.GET("/api/v1/ledger/tiers", { signal })) });
  const tiers = rules.data?.rules?.tiers ?? [];
  const codes = [...new Set([...tiers.map((one) => one.code), ...(terms.tiers ?? [])])];
  const segment = typeof terms.segment_id === "number";
  return (
    <Part title={t("part.who")}>
      <Field label={t("terms.how")} extra={t(terms.how === "draw" ? "terms.drawWhat" : "terms.handWhat")} required>
        <Radio.Group aria-label={t("terms.how")} value={terms.how} options={(["hand", "draw"] as const).map((value) => ({ value, label: t(`how.${value}`) }))} onChange={(event) => set({ how: event.target.value as "hand" })} />
      </Field>
      <Row>
        <Whole label={t("terms.points")} extra={t("terms.pointsWhat")} min={0} max={1_000_000_000} value={terms.points} onChange={(points) => set({ points: points ?? 0 })} />
        <Whole label={t("terms.barred")} extra={t("terms.barredWhat")} min={0} max={3660} value={terms.barred_days} onChange={(days) => set({ barred_days: days ?? 0 })} suffix={t("days")} />
      </Row>
      {codes.length > 0 && (
        <Field label={t("terms.tiers")} extra={t("terms.tiersWhat")}>
          <Select<string[]> mode="multiple" aria-label={t("terms.tiers")} value={terms.tiers ?? []} options={codes.map((value) => ({ value, label: tiers.find((one) => one.code === value)?.name ?? value }))} onChange={(chosen) => set({ tiers: chosen })} />
        </Field>
      )}
      {may("segments.read") && <Yes label={t("terms.onlySegment")} value={segment} onChange={(on) => set({ segment_id: on ? 0 : null })} />}
      {may("segments.read") && segment && (
        <Field label={t("terms.segment")} required>
          <SegmentSelect label={t("terms.segment")} value={terms.segment_id ?? 0} onChange={(segment_id) => set({ segment_id })} />
        </Field>
      )}
      <Field label={t("terms.questions")} extra={t("terms.questionsWhat")}>
        <Select<string[]> mode="tags" open={false} suffixIcon={null} aria-label={t("terms.questions")} maxCount={10} value={terms.questions ?? []} onChange={(questions) => set({ questions: questions.map((one) => one.trim()).filter(Boolean) })} />
      </Field>
    </Part>
  );
}

function Reward({ terms, set }: Piece) {
  const { t } = useTranslation("trials");
  const may = useMay();
  const templates = (useTemplates().data ?? []).filter((one) => one.state !== "ended");
  return (
    <Part title={t("part.reward")}>
      <Row>
        <Whole label={t("terms.rewardPoints")} min={0} max={1_000_000_000} value={terms.reward_points} onChange={(points) => set({ reward_points: points ?? 0 })} />
        <Whole label={t("terms.rewardDays")} extra={t("terms.rewardDaysWhat")} max={36_500} value={terms.reward_days} onChange={(reward_days) => set({ reward_days })} suffix={t("days")} />
        {may("rewards.read") && (
          <Field label={t("terms.rewardCoupon")} extra={t("terms.rewardCouponWhat")}>
            <Select<number> allowClear aria-label={t("terms.rewardCoupon")} showSearch={{ optionFilterProp: "label" }} style={{ width: 240 }} value={terms.reward_coupon_id ?? undefined} options={templates.map((one) => ({ value: one.id, label: one.terms.name }))} onChange={(id?: number) => set({ reward_coupon_id: id ?? null })} />
          </Field>
        )}
      </Row>
      <Row>
        <Whole label={t("terms.leastWords")} max={1000} value={terms.least_words} onChange={(words) => set({ least_words: words ?? 1 })} required />
        <Whole label={t("terms.leastDays")} extra={t("terms.leastDaysWhat")} max={90} value={terms.least_days} onChange={(days) => set({ least_days: days ?? 1 })} suffix={t("days")} required />
      </Row>
    </Part>
  );
}
