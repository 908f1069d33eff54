import { Flex, InputNumber, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { StepOf } from "../journey";
import { Field, SpanInput, WeekdaySelect } from "./fields";
import { Moment, TimeOfDay } from "./Times";

const HOWS = ["for", "days", "time", "moment"] as const;
type How = (typeof HOWS)[number];

export function howOf(step: StepOf<"wait">): How {
  if (step.until) return "moment";
  if (step.duration) return "for";
  return step.days ? "days" : "time";
}

/** The same step waiting another way; what does not belong to it is dropped. */
export function waiting(step: StepOf<"wait">, how: How): StepOf<"wait"> {
  const bare = { ...step, duration: "", days: 0, at: null, weekdays: [], until: null };
  switch (how) {
    case "for":
      return { ...bare, duration: step.duration || "1d", at: step.at ?? null, weekdays: step.weekdays ?? [] };
    case "days":
      return { ...bare, days: step.days || 1, at: step.at ?? "20:00", weekdays: step.weekdays ?? [] };
    case "time":
      return { ...bare, at: step.at ?? "20:00", weekdays: step.weekdays ?? [], since: "step" };
    case "moment":
      return { ...bare, until: step.until ?? null, since: "step" };
  }
}

/** How long a step waits. */
export function WaitForm({ step, onChange }: { step: StepOf<"wait">; onChange: (step: StepOf<"wait">) => void }) {
  const { t } = useTranslation("journeys");
  const [how, setHow] = useState(() => howOf(step));
  const counted = how === "for" || how === "days";
  return (
    <>
      <Field label={t("forms.wait.how")}>
        <Select
          aria-label={t("forms.wait.how")}
          value={how}
          options={HOWS.map((value) => ({ value, label: t(`forms.wait.${value}`) }))}
          onChange={(next) => {
            setHow(next);
            onChange(waiting(step, next));
          }}
        />
      </Field>
      <Flex gap="middle" wrap>
        {how === "for" && (
          <Field label={t("forms.wait.duration")} required>
            <SpanInput label={t("forms.wait.duration")} value={step.duration} onChange={(duration) => onChange({ ...step, duration })} />
          </Field>
        )}
        {how === "days" && (
          <Field label={t("forms.wait.dayCount")} required>
            <InputNumber aria-label={t("forms.wait.dayCount")} min={1} max={3650} precision={0} value={step.days} onChange={(days) => onChange({ ...step, days: days ?? 1 })} />
          </Field>
        )}
        {how === "moment" ? (
          <Field label={t("forms.wait.until")} required>
            <Moment label={t("forms.wait.until")} value={step.until} onChange={(until) => onChange({ ...step, until })} />
          </Field>
        ) : (
          <Field label={t("forms.wait.at")}>
            <TimeOfDay label={t("forms.wait.at")} value={step.at} onChange={(at) => onChange({ ...step, at })} />
          </Field>
        )}
      </Flex>
      {how !== "moment" && (
        <Field label={t("forms.wait.weekdays")}>
          <WeekdaySelect label={t("forms.wait.weekdays")} value={step.weekdays ?? []} onChange={(weekdays) => onChange({ ...step, weekdays })} />
        </Field>
      )}
      {counted && (
        <Field label={t("forms.wait.since")}>
          <Select
            aria-label={t("forms.wait.since")}
            value={step.since}
            options={[
              { value: "step" as const, label: t("forms.wait.sinceStep") },
              { value: "entry" as const, label: t("forms.wait.sinceEntry") },
            ]}
            onChange={(since) => onChange({ ...step, since })}
          />
        </Field>
      )}
    </>
  );
}
