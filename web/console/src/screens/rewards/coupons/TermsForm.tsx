import { ErrorNote } from "@siyu/kit";
import { Alert, Button, Flex, Input, Radio, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field, YuanInput } from "../../journeys/forms/fields";
import { Instant } from "../parts/Instant";
import { Fields, Part, Row, Whole, Yes } from "../parts/Part";
import { CHANGEABLE, COUPON_KINDS, termsOf, useTemplates, type CouponTerms } from "../rewards";
import { useCouponWords } from "./words";

interface Props {
  given: CouponTerms;
  /** Once people may have one, only what nobody was promised can be changed. */
  promised?: boolean;
  saving: boolean;
  error: unknown;
  ok: string;
  onSave: (terms: CouponTerms) => void;
  onCancel?: () => void;
  /** The template itself: it does not stack with itself by name. */
  self?: number;
}

interface Piece {
  terms: CouponTerms;
  set: (part: Partial<CouponTerms>) => void;
  fixed: (name: keyof CouponTerms) => boolean;
}

/** The terms of a template: what it does, for what, for how long, for whom. */
export function TermsForm({ given, promised = false, saving, error, ok, onSave, onCancel, self }: Props) {
  const { t } = useTranslation("rewards");
  const words = useCouponWords();
  const [terms, setTerms] = useState(given);
  const piece: Piece = { terms, set: (part) => setTerms({ ...terms, ...part }), fixed: (name) => promised && !CHANGEABLE.has(name) };
  return (
    <Fields>
      {promised && <Alert type="info" showIcon title={t("coupon.promised")} />}
      <Does {...piece} />
      <Lasts {...piece} />
      <Limits {...piece} self={self} />
      <Typography.Text>
        {words.does(terms)}
        {" · "}
        {words.lasts(terms) || t("coupon.noEnd")}
      </Typography.Text>
      <ErrorNote error={error} />
      <Flex gap="small">
        <Button type="primary" disabled={!terms.name.trim()} loading={saving} onClick={() => onSave(termsOf(terms))}>
          {ok}
        </Button>
        {onCancel && <Button onClick={onCancel}>{t("cancel")}</Button>}
      </Flex>
    </Fields>
  );
}

function Does({ terms, set, fixed }: Piece) {
  const { t } = useTranslation("rewards");
  const off = fixed("kind");
  return (
    <Part title={t("coupon.does")}>
      <Field label={t("coupon.name")} required>
        <Input aria-label={t("coupon.name")} value={terms.name} maxLength={100} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <Field label={t("coupon.kind")} extra={t(`kindWhat.${terms.kind}`)} required>
        <Radio.Group aria-label={t("coupon.kind")} disabled={off} value={terms.kind} options={COUPON_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} onChange={(event) => set({ kind: event.target.value as CouponTerms["kind"] })} />
      </Field>
      <Row>
        {terms.kind === "money" && <Yuan label={t("coupon.off")} value={terms.off_fen} disabled={off} onChange={(off_fen) => set({ off_fen })} required />}
        {terms.kind === "percent" && <Whole label={t("coupon.percent")} extra={t("coupon.percentWhat")} min={1} max={99} suffix="%" disabled={off} value={terms.percent} onChange={(percent) => set({ percent })} required />}
        {(terms.kind === "percent" || terms.kind === "shipping") && <Yuan label={t("coupon.most")} extra={t("coupon.mostWhat")} value={terms.most_fen} disabled={off} onChange={(most_fen) => set({ most_fen })} required={terms.kind === "shipping"} />}
        {terms.kind === "exchange" && <Yuan label={t("coupon.pay")} value={terms.pay_fen} disabled={off} onChange={(pay_fen) => set({ pay_fen })} required />}
        {terms.kind === "exchange" && <Yuan label={t("coupon.cost")} extra={t("coupon.costWhat")} value={terms.cost_fen} disabled={off} onChange={(cost_fen) => set({ cost_fen })} required />}
        <Yuan label={t("coupon.threshold")} extra={t("coupon.thresholdWhat")} value={terms.threshold_fen || null} disabled={off} onChange={(fen) => set({ threshold_fen: fen ?? 0 })} />
        {terms.kind !== "exchange" && (
          <Whole label={t("coupon.goodsCost")} extra={t("coupon.goodsCostWhat")} min={0} max={100} suffix="%" disabled={off} value={terms.goods_cost_bp == null ? null : Math.round(terms.goods_cost_bp / 100)} onChange={(percent) => set({ goods_cost_bp: percent === null ? null : percent * 100 })} />
        )}
      </Row>
      <Field label={t("coupon.goods")} extra={t("coupon.goodsWhat")} required={terms.kind === "exchange"}>
        <Select<string[]> mode="tags" aria-label={t("coupon.goods")} open={false} suffixIcon={null} disabled={off} tokenSeparators={[",", "，", " ", "\n"]} value={terms.goods ?? []} onChange={(goods) => set({ goods })} />
      </Field>
    </Part>
  );
}

function Lasts({ terms, set }: Piece) {
  const { t } = useTranslation("rewards");
  return (
    <Part title={t("coupon.lasts")}>
      <Row>
        <Whole label={t("coupon.validDays")} extra={t("coupon.validDaysWhat")} max={3660} value={terms.valid_days} onChange={(valid_days) => set({ valid_days })} />
        <Whole label={t("coupon.afterDays")} extra={t("coupon.afterDaysWhat")} min={0} max={3660} value={terms.after_days} onChange={(days) => set({ after_days: days ?? 0 })} />
        <Field label={t("coupon.from")}>
          <Instant label={t("coupon.from")} value={terms.valid_from} onChange={(valid_from) => set({ valid_from })} />
        </Field>
        <Field label={t("coupon.until")}>
          <Instant label={t("coupon.until")} value={terms.valid_until} onChange={(valid_until) => set({ valid_until })} />
        </Field>
      </Row>
    </Part>
  );
}

function Limits({ terms, set, fixed, self }: Piece & { self?: number }) {
  const { t } = useTranslation("rewards");
  const others = (useTemplates().data ?? []).filter((one) => one.id !== self && one.state !== "ended");
  const shared = terms.shared_code !== null && terms.shared_code !== undefined;
  return (
    <Part title={t("coupon.limits")}>
      <Row>
        <Whole label={t("coupon.perPerson")} extra={t("coupon.perPersonWhat")} max={100_000} value={terms.per_person} onChange={(per_person) => set({ per_person })} required={shared} />
        <Field label={t("coupon.shared")} extra={t("coupon.sharedWhat")}>
          <Input aria-label={t("coupon.shared")} disabled={fixed("shared_code")} maxLength={20} value={terms.shared_code ?? ""} onChange={(event) => set({ shared_code: event.target.value.trim().toUpperCase() || null, ...(event.target.value.trim() && { bearer: false }) })} style={{ width: 200 }} />
        </Field>
        <Yes label={t("coupon.bearer")} extra={t("coupon.bearerWhat")} disabled={shared || fixed("bearer")} value={terms.bearer} onChange={(bearer) => set({ bearer })} />
        <Whole label={t("coupon.grace")} extra={t("coupon.graceWhat")} max={365} disabled={fixed("grace_days")} value={terms.grace_days} onChange={(grace_days) => set({ grace_days })} />
      </Row>
      <Field label={t("coupon.stacks")} extra={t("coupon.stacksWhat")}>
        <Select<number[]> mode="multiple" aria-label={t("coupon.stacks")} showSearch={{ optionFilterProp: "label" }} value={terms.stacks_with ?? []} options={others.map((one) => ({ value: one.id, label: one.terms.name }))} onChange={(stacks_with) => set({ stacks_with })} />
      </Field>
      <Row>
        <Whole label={t("coupon.several")} max={50} value={terms.several} onChange={(several) => set({ several: several ?? 1 })} />
        <Whole label={t("coupon.place")} extra={t("coupon.placeWhat")} min={0} max={1000} value={terms.place} onChange={(place) => set({ place: place ?? 100 })} />
        <Yes label={t("coupon.limitedFen")} extra={t("coupon.limitedFenWhat")} disabled={fixed("limited_fen")} value={terms.limited_fen} onChange={(limited_fen) => set({ limited_fen, ...(!limited_fen && { at_a_loss: false }) })} />
        <Yes label={t("coupon.atALoss")} extra={t("coupon.atALossWhat")} disabled={!terms.limited_fen || fixed("at_a_loss")} value={terms.at_a_loss} onChange={(at_a_loss) => set({ at_a_loss })} />
      </Row>
    </Part>
  );
}

function Yuan({ label, extra, value, onChange, required, disabled = false }: { label: string; extra?: string; value: number | null | undefined; onChange: (fen: number | null) => void; required?: boolean; disabled?: boolean }) {
  return (
    <Field label={label} extra={extra} required={required}>
      {disabled ? <Input aria-label={label} disabled prefix="¥" value={value == null ? "" : String(value / 100)} style={{ width: 160 }} /> : <YuanInput label={label} value={value} onChange={onChange} />}
    </Field>
  );
}
