import { Flex, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";

import { EVERY, everyOf, SIDES, sideOf, TIES, type DateTrigger } from "../dates";
import { Field } from "./fields";
import { useOffers } from "./TextInput";
import { TimeOfDay } from "./Times";

/** Whose day, how often it comes, how far from it, at what time. */
export function DateFields({ trigger, onChange }: { trigger: DateTrigger; onChange: (trigger: DateTrigger) => void }) {
  const { t } = useTranslation("journeys");
  const traits = useOffers().data?.traits ?? [];
  const names = [...new Set(["birthday", trigger.trait, ...traits.map((one) => one.name)])];
  const whose = [
    { label: t("dates.ties"), options: TIES.map((one) => ({ value: `tie:${one}`, label: t(`dates.tie.${one}`) })) },
    { label: t("dates.traits"), options: names.map((one) => ({ value: `trait:${one}`, label: one })) },
  ];
  const choose = (value: string): void => {
    const tie = TIES.find((one) => `tie:${one}` === value);
    onChange(tie ? { ...trigger, tie } : { ...trigger, tie: undefined, trait: value.slice("trait:".length) });
  };
  const [side, every] = [sideOf(trigger), everyOf(trigger)];
  const days = trigger.before_days || trigger.after_days || 0;
  const place = (next: (typeof SIDES)[number], count: number): void => onChange({ ...trigger, before_days: next === "before" ? count : 0, after_days: next === "after" ? count : 0 });
  return (
    <>
      <Field label={t("dates.of")} required>
        <Select aria-label={t("dates.of")} showSearch={{ optionFilterProp: "label" }} value={trigger.tie ? `tie:${trigger.tie}` : `trait:${trigger.trait}`} options={whose} onChange={choose} />
      </Field>
      <Field label={t("dates.how")} extra={every === "once" ? undefined : t("dates.howWhat")}>
        <Select aria-label={t("dates.how")} value={every} options={EVERY.map((value) => ({ value, label: t(`dates.every.${value}`) }))} onChange={(next) => onChange({ ...trigger, every: next })} />
      </Field>
      <Flex gap="middle" wrap>
        <Field label={t("dates.side")}>
          <Select aria-label={t("dates.side")} value={side} options={SIDES.map((value) => ({ value, label: t(`dates.sides.${value}`) }))} onChange={(next) => place(next, days || (next === "after" ? 30 : 3))} />
        </Field>
        {side !== "on" && (
          <Field label={t("dates.days")}>
            <InputNumber aria-label={t("dates.days")} min={1} max={side === "before" ? 60 : 3650} precision={0} value={days} onChange={(count) => place(side, count ?? days)} />
          </Field>
        )}
        <Field label={t("forms.trigger.at")}>
          <TimeOfDay required label={t("forms.trigger.at")} value={trigger.at} onChange={(at) => onChange({ ...trigger, at: at ?? "10:00" })} />
        </Field>
      </Flex>
    </>
  );
}
