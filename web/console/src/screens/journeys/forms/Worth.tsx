import { Select } from "antd";
import { useTranslation } from "react-i18next";

import { PURPOSES, type Definition, type StepOf } from "../journey";
import { Field, YuanInput } from "./fields";

type Valued = Pick<StepOf<"staff_task">, "purpose" | "value_fen">;

/** To which end somebody is reached, and what that is worth: the gate asks both. */
export function Worth({ step, definition, onChange }: { step: Valued; definition: Definition; onChange: (part: Partial<Valued>) => void }) {
  const { t } = useTranslation("journeys");
  const asJourney = definition.purpose ? t("forms.send.purposeAs", { purpose: t(`purpose.${definition.purpose}`) }) : t("forms.send.purposeNone");
  return (
    <>
      <Field label={t("forms.send.purpose")}>
        <Select
          aria-label={t("forms.send.purpose")}
          value={step.purpose ?? ""}
          options={[{ value: "", label: asJourney }, ...PURPOSES.map((value) => ({ value, label: t(`purpose.${value}`) }))]}
          onChange={(purpose) => onChange({ purpose: PURPOSES.find((one) => one === purpose) ?? null })}
          style={{ width: 190 }}
        />
      </Field>
      <Field label={t("forms.send.value")} tip={t("forms.send.valueWhat")}>
        <YuanInput label={t("forms.send.value")} value={step.value_fen} onChange={(fen) => onChange({ value_fen: fen ?? 0 })} />
      </Field>
    </>
  );
}
