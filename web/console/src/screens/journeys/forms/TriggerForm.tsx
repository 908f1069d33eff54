import { Input, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { TRIGGER_KINDS, type Trigger, type TriggerKind } from "../journey";
import { useCodes } from "../sentences";
import { DateFields } from "./DateFields";
import { FactEditor } from "./FactEditor";
import { Field, SegmentSelect, SpanInput, WeekdaySelect } from "./fields";
import { Moment, TimeOfDay } from "./Times";

type TimeTrigger = Extract<Trigger, { kind: "time" }>;

/** A trigger of this kind as it begins. */
export function freshTrigger(kind: TriggerKind): Trigger {
  switch (kind) {
    case "fact":
      return { kind, fact: { kind: "order.paid", where: [] }, key: "", fresh: "2d" };
    case "segment":
      return { kind, segment: 0, moves: "entered" };
    case "time":
      return { kind, segment: 0, at: "20:00", weekdays: [], month_days: [] };
    case "date":
      return { kind, trait: "birthday", every: "year", before_days: 0, after_days: 0, at: "10:00" };
    case "code":
      return { kind, codes: [], fresh: "2d" };
    case "manual":
      return { kind };
  }
}

/** Who enters, and when. */
export function TriggerForm({ trigger, onChange }: { trigger: Trigger; onChange: (trigger: Trigger) => void }) {
  const { t } = useTranslation("journeys");
  return (
    <>
      <Field label={t("forms.trigger.kind")}>
        <Select aria-label={t("forms.trigger.kind")} value={trigger.kind} options={TRIGGER_KINDS.map((value) => ({ value, label: t(`forms.trigger.kinds.${value}`) }))} onChange={(kind) => onChange(freshTrigger(kind))} />
      </Field>
      <OfKind trigger={trigger} onChange={onChange} />
    </>
  );
}

function OfKind({ trigger, onChange }: { trigger: Trigger; onChange: (trigger: Trigger) => void }) {
  const { t } = useTranslation("journeys");
  const codes = useCodes().data ?? [];
  const fresh = (value: string, set: (span: string) => void) => (
    <Field label={t("forms.fact.fresh")} tip={t("forms.fact.freshWhat")}>
      <SpanInput label={t("forms.fact.fresh")} value={value} onChange={set} />
    </Field>
  );
  switch (trigger.kind) {
    case "fact":
      return (
        <>
          <FactEditor value={trigger.fact} onChange={(fact) => onChange({ ...trigger, fact })} />
          <Field label={t("forms.fact.key")} extra={t("forms.fact.keyWhat")}>
            <Input aria-label={t("forms.fact.key")} value={trigger.key} onChange={(event) => onChange({ ...trigger, key: event.target.value })} />
          </Field>
          {fresh(trigger.fresh, (span) => onChange({ ...trigger, fresh: span }))}
        </>
      );
    case "segment":
      return (
        <>
          <Field label={t("forms.trigger.segment")} required>
            <SegmentSelect label={t("forms.trigger.segment")} value={trigger.segment} onChange={(segment) => onChange({ ...trigger, segment })} />
          </Field>
          <Field label={t("forms.trigger.moves")}>
            <Select aria-label={t("forms.trigger.moves")} value={trigger.moves} options={(["entered", "left"] as const).map((value) => ({ value, label: t(`forms.trigger.${value}`) }))} onChange={(moves) => onChange({ ...trigger, moves })} />
          </Field>
        </>
      );
    case "time":
      return <TimeFields trigger={trigger} onChange={onChange} />;
    case "date":
      return <DateFields trigger={trigger} onChange={onChange} />;
    case "code":
      return (
        <>
          <Field label={t("forms.trigger.codes")}>
            <Select mode="multiple" allowClear aria-label={t("forms.trigger.codes")} placeholder={t("forms.trigger.anyCode")} showSearch={{ optionFilterProp: "label" }} value={[...(trigger.codes ?? [])]} options={codes.map((one) => ({ value: one.id, label: one.name }))} onChange={(chosen: number[]) => onChange({ ...trigger, codes: chosen })} />
          </Field>
          {fresh(trigger.fresh, (span) => onChange({ ...trigger, fresh: span }))}
        </>
      );
    case "manual":
      return <Typography.Paragraph type="secondary">{t("forms.trigger.manualWhat")}</Typography.Paragraph>;
  }
}

const WHENS = ["once", "daily", "weekly", "monthly"] as const;
type WhenOf = (typeof WHENS)[number];

export function whenOf(trigger: TimeTrigger): WhenOf {
  if (trigger.once != null) return "once";
  if (trigger.weekdays?.length) return "weekly";
  return trigger.month_days?.length ? "monthly" : "daily";
}

export function timed(trigger: TimeTrigger, when: WhenOf): TimeTrigger {
  const bare: TimeTrigger = { kind: "time", segment: trigger.segment, weekdays: [], month_days: [] };
  const at = trigger.at ?? "20:00";
  if (when === "once") return { ...bare, once: trigger.once ?? "2099-01-01T20:00:00" };
  return { ...bare, at, ...(when === "weekly" && { weekdays: [3] }), ...(when === "monthly" && { month_days: [1] }) };
}

function TimeFields({ trigger, onChange }: { trigger: TimeTrigger; onChange: (trigger: Trigger) => void }) {
  const { t } = useTranslation("journeys");
  const when = whenOf(trigger);
  return (
    <>
      <Field label={t("forms.trigger.segment")} required>
        <SegmentSelect label={t("forms.trigger.segment")} value={trigger.segment} onChange={(segment) => onChange({ ...trigger, segment })} />
      </Field>
      <Field label={t("forms.trigger.when")}>
        <Select aria-label={t("forms.trigger.when")} value={when} options={WHENS.map((value) => ({ value, label: t(`forms.trigger.${value}`) }))} onChange={(next) => onChange(timed(trigger, next))} />
      </Field>
      {when === "once" ? (
        <Field label={t("forms.trigger.date")} required>
          <Moment label={t("forms.trigger.date")} value={trigger.once} onChange={(once) => onChange({ ...trigger, once: once ?? trigger.once })} />
        </Field>
      ) : (
        <Field label={t("forms.trigger.at")} required>
          <TimeOfDay required label={t("forms.trigger.at")} value={trigger.at} onChange={(at) => onChange({ ...trigger, at: at ?? "20:00" })} />
        </Field>
      )}
      {when === "weekly" && (
        <Field label={t("forms.trigger.weekdays")} required>
          <WeekdaySelect label={t("forms.trigger.weekdays")} value={trigger.weekdays ?? []} onChange={(weekdays) => onChange({ ...trigger, weekdays: weekdays.length ? weekdays : trigger.weekdays })} />
        </Field>
      )}
      {when === "monthly" && (
        <Field label={t("forms.trigger.monthDays")} required>
          <Select mode="multiple" aria-label={t("forms.trigger.monthDays")} value={[...(trigger.month_days ?? [])]} options={Array.from({ length: 31 }, (_, index) => ({ value: index + 1, label: String(index + 1) }))} onChange={(days: number[]) => onChange({ ...trigger, month_days: days.length ? [...days].sort((a, b) => a - b) : trigger.month_days })} />
        </Field>
      )}
    </>
  );
}
