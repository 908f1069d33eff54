import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Card, Checkbox, Flex, Input, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";

import { PURPOSES, type Definition } from "../journey";
import { FactEditor } from "./FactEditor";
import { Field } from "./fields";
import { LeadsTo } from "./LeadsTo";
import { Pairs } from "./Pairs";
import { RuleField } from "./RuleField";

const USUAL_BP = 1000;

/** What is said of a journey as a whole. */
export function SettingsForm({ definition, onChange }: { definition: Definition; onChange: (definition: Definition) => void }) {
  const { t } = useTranslation("journeys");
  const set = (part: Partial<Definition>): void => onChange({ ...definition, ...part });
  const reentry = definition.reentry ?? { when: "never", days: 0, most: 0 };
  const pace = definition.pace ?? { per_minute: 0, fair: true };
  const odd = definition.control_bp !== USUAL_BP;
  const goals = definition.goals ?? [];
  return (
    <>
      <Field label={t("forms.whole_.name")} required>
        <Input aria-label={t("forms.whole_.name")} value={definition.name} maxLength={200} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <Field label={t("forms.whole_.about")}>
        <Input.TextArea aria-label={t("forms.whole_.about")} value={definition.about} maxLength={2000} autoSize={{ minRows: 2, maxRows: 6 }} onChange={(event) => set({ about: event.target.value })} />
      </Field>
      <Field label={t("forms.whole_.purpose")} required>
        <Select aria-label={t("forms.whole_.purpose")} value={definition.purpose ?? undefined} options={PURPOSES.map((value) => ({ value, label: t(`purpose.${value}`) }))} onChange={(purpose) => set({ purpose })} />
      </Field>
      <Field label={t("forms.whole_.start")} required>
        <LeadsTo label={t("forms.whole_.start")} definition={definition} value={definition.start} onChange={(start) => set({ start })} />
      </Field>
      <Field label={t("forms.whole_.audience")} tip={t("forms.whole_.audienceWhat")}>
        <RuleField label={t("forms.whole_.audience")} value={definition.audience} onChange={(audience) => set({ audience })} onRemove={() => set({ audience: null })} />
      </Field>
      <Flex gap="middle" wrap>
        <Field label={t("forms.whole_.reentry")}>
          <Select aria-label={t("forms.whole_.reentry")} value={reentry.when} options={(["never", "after", "always"] as const).map((value) => ({ value, label: t(`forms.whole_.reentries.${value}`) }))} onChange={(when) => set({ reentry: { ...reentry, when, days: when === "after" ? reentry.days || 30 : 0 } })} style={{ width: 150 }} />
        </Field>
        {reentry.when === "after" && (
          <Field label={t("forms.whole_.reentryDays")}>
            <InputNumber aria-label={t("forms.whole_.reentryDays")} min={1} max={3650} precision={0} value={reentry.days} onChange={(days) => set({ reentry: { ...reentry, days: days ?? 1 } })} />
          </Field>
        )}
        {reentry.when !== "never" && (
          <Field label={t("forms.whole_.reentryMost")}>
            <InputNumber aria-label={t("forms.whole_.reentryMost")} min={0} max={10_000} precision={0} value={reentry.most} onChange={(most) => set({ reentry: { ...reentry, most: most ?? 0 } })} />
          </Field>
        )}
      </Flex>
      <Field label={t("forms.whole_.control")} extra={t("forms.whole_.controlWhat")}>
        <InputNumber aria-label={t("forms.whole_.control")} min={0} max={50} precision={2} suffix="%" value={definition.control_bp / 100} onChange={(share) => set({ control_bp: Math.round((share ?? 10) * 100), ...(share === 10 && { control_reason: "" }) })} style={{ width: 130 }} />
      </Field>
      {odd && (
        <Field label={t("forms.whole_.controlReason")} required problem={definition.control_reason.trim() ? undefined : t("forms.whole_.controlNeeds")}>
          <Input aria-label={t("forms.whole_.controlReason")} value={definition.control_reason} maxLength={500} onChange={(event) => set({ control_reason: event.target.value })} />
        </Field>
      )}
      <Field label={t("forms.whole_.goals")} tip={t("forms.whole_.goalsWhat")}>
        <Flex vertical gap="small">
          {goals.map((goal, index) => (
            <Card key={index} size="small" extra={<Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("forms.whole_.removeGoal", { number: String(index + 1) })} onClick={() => set({ goals: goals.filter((_, at) => at !== index) })} />}>
              <FactEditor value={goal.fact} onChange={(fact) => set({ goals: goals.map((one, at) => (at === index ? { ...one, fact } : one)) })} />
            </Card>
          ))}
          <Button type="dashed" size="small" icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => set({ goals: [...goals, { fact: { kind: "order.paid", where: [] }, key: "" }] })}>
            {t("forms.whole_.addGoal")}
          </Button>
        </Flex>
      </Field>
      <Arms definition={definition} onChange={(arms) => set({ arms })} />
      <Field label={t("forms.whole_.variables")} extra={t("forms.whole_.variablesWhat", { open: "{{", close: "}}" })}>
        <Pairs label={t("forms.whole_.variables")} add={t("forms.whole_.addVariable")} value={definition.variables ?? {}} onChange={(variables) => set({ variables })} />
      </Field>
      <Field label={t("forms.whole_.pace")}>
        <Flex gap="small" align="center" wrap>
          <span>{t("broadcast.perMinute")}</span>
          <InputNumber aria-label={t("broadcast.perMinute")} min={0} max={1_000_000} precision={0} value={pace.per_minute} onChange={(per_minute) => set({ pace: { ...pace, per_minute: per_minute ?? 0 } })} />
          <Checkbox checked={pace.fair} onChange={(event) => set({ pace: { ...pace, fair: event.target.checked } })}>
            {t("broadcast.fair")}
          </Checkbox>
        </Flex>
      </Field>
    </>
  );
}

function Arms({ definition, onChange }: { definition: Definition; onChange: (arms: NonNullable<Definition["arms"]>) => void }) {
  const { t } = useTranslation("journeys");
  const arms = definition.arms ?? [];
  const set = (index: number, part: Partial<(typeof arms)[number]>): void => onChange(arms.map((one, at) => (at === index ? { ...one, ...part } : one)));
  const next = String.fromCharCode(65 + (arms.length % 26));
  return (
    <Field label={t("forms.whole_.arms")} tip={t("forms.whole_.armsWhat")}>
      <Flex vertical gap={6}>
        {arms.map((arm, index) => (
          <Flex key={index} gap={4}>
            <Input aria-label={t("forms.whole_.armName")} value={arm.name} maxLength={40} onChange={(event) => set(index, { name: event.target.value })} />
            <InputNumber aria-label={t("forms.whole_.armWeight")} min={1} max={10_000} precision={0} value={arm.weight} onChange={(weight) => set(index, { weight: weight ?? 1 })} />
            <Button type="text" icon={<DeleteOutlined />} aria-label={t("forms.whole_.removeArm", { name: arm.name })} onClick={() => onChange(arms.filter((_, at) => at !== index))} />
          </Flex>
        ))}
        <Button type="dashed" size="small" icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => onChange([...arms, { name: next, weight: 1 }, ...(arms.length === 0 ? [{ name: "B", weight: 1 }] : [])])}>
          {t("forms.whole_.addArm")}
        </Button>
      </Flex>
    </Field>
  );
}
