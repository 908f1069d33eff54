import { Flex, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";

import type { StepOf } from "../journey";
import { Field } from "./fields";

const UNITS = ["points", "growth", "group_points"] as const;

interface Props {
  step: StepOf<"points">;
  onChange: (step: StepOf<"points">) => void;
}

/** What is given, and for how long. */
export function PointsForm({ step, onChange }: Props) {
  const { t } = useTranslation(["journeys", "customers"]);
  return (
    <Flex gap="middle" wrap>
      <Field label={t("forms.points.amount")} required>
        <InputNumber aria-label={t("forms.points.amount")} min={1} max={1_000_000} precision={0} value={step.amount} onChange={(amount) => onChange({ ...step, amount: amount ?? 1 })} style={{ width: 140 }} />
      </Field>
      <Field label={t("forms.points.unit")}>
        <Select aria-label={t("forms.points.unit")} value={step.unit ?? "points"} options={UNITS.map((value) => ({ value, label: t(`units.${value}`, { ns: "customers" }) }))} onChange={(unit) => onChange({ ...step, unit })} style={{ width: 160 }} />
      </Field>
      <Field label={t("forms.points.expiresAfter")} tip={t("forms.points.never")}>
        <InputNumber aria-label={t("forms.points.expiresAfter")} min={0} max={3650} precision={0} value={step.expires_after ?? 0} onChange={(days) => onChange({ ...step, expires_after: days ?? 0 })} style={{ width: 140 }} />
      </Field>
    </Flex>
  );
}
