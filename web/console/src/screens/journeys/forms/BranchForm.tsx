import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Select } from "antd";
import { useTranslation } from "react-i18next";

import { freshWhen } from "../editor/edit";
import type { Definition, StepOf, When } from "../journey";
import { Tests } from "./FactEditor";
import { Field, SegmentSelect, YuanInput } from "./fields";
import { LeadsTo } from "./LeadsTo";
import { RuleField } from "./RuleField";

const BYS = ["rule", "segment", "value", "arm", "entry"] as const;

/** The conditions of a branch in their order, each with where it leads. */
export function BranchForm({ step, definition, onChange }: { step: StepOf<"branch">; definition: Definition; onChange: (step: StepOf<"branch">) => void }) {
  const { t } = useTranslation("journeys");
  const { cases } = step;
  const move = (index: number, by: number): void => {
    const next = [...cases];
    const [one] = next.splice(index, 1);
    if (one) next.splice(index + by, 0, one);
    onChange({ ...step, cases: next });
  };
  const set = (index: number, part: Partial<(typeof cases)[number]>): void => onChange({ ...step, cases: cases.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  return (
    <Field label={t("forms.branch.cases")}>
      <Flex vertical gap="small">
        {cases.map((one, index) => {
          const number = String(index + 1);
          return (
            <Card
              key={index}
              size="small"
              title={t("forms.branch.case", { number })}
              extra={
                <>
                  <Button type="text" size="small" icon={<ArrowUpOutlined />} disabled={index === 0} aria-label={t("forms.branch.up", { number })} onClick={() => move(index, -1)} />
                  <Button type="text" size="small" icon={<ArrowDownOutlined />} disabled={index === cases.length - 1} aria-label={t("forms.branch.down", { number })} onClick={() => move(index, 1)} />
                  <Button type="text" size="small" icon={<DeleteOutlined />} disabled={cases.length === 1} aria-label={t("forms.branch.remove", { number })} onClick={() => onChange({ ...step, cases: cases.filter((_, at) => at !== index) })} />
                </>
              }
            >
              <Field label={t("forms.branch.by")}>
                <Select
                  aria-label={`${t("forms.branch.case", { number })}: ${t("forms.branch.by")}`}
                  value={one.when.by}
                  options={BYS.map((value) => ({ value, label: t(`forms.branch.bys.${value}`), disabled: value === "arm" && !definition.arms?.length }))}
                  onChange={(by) => set(index, { when: freshWhen(by, definition.arms) })}
                />
              </Field>
              <WhenFields when={one.when} definition={definition} onChange={(when) => set(index, { when })} />
              <Field label={t("forms.step.leads")} required>
                <LeadsTo label={`${t("forms.branch.case", { number })}: ${t("forms.step.leads")}`} definition={definition} value={one.next} onChange={(next) => set(index, { next })} />
              </Field>
            </Card>
          );
        })}
        <Button type="dashed" size="small" icon={<PlusOutlined />} disabled={cases.length >= 20} style={{ alignSelf: "flex-start" }} onClick={() => onChange({ ...step, cases: [...cases, { when: freshWhen("value", []), next: step.otherwise }] })}>
          {t("forms.branch.add")}
        </Button>
      </Flex>
    </Field>
  );
}

function WhenFields({ when, definition, onChange }: { when: When; definition: Definition; onChange: (when: When) => void }) {
  const { t } = useTranslation("journeys");
  switch (when.by) {
    case "rule":
      return <RuleField label={t("forms.branch.bys.rule")} value={when.rule} onChange={(rule) => onChange({ by: "rule", rule })} />;
    case "segment":
      return <SegmentSelect label={t("forms.trigger.segment")} value={when.segment} onChange={(segment) => onChange({ ...when, segment })} />;
    case "value":
      return (
        <Flex gap="middle" wrap>
          <Field label={t("forms.branch.from")}>
            <YuanInput label={t("forms.branch.from")} value={when.from_fen} onChange={(from_fen) => onChange({ ...when, from_fen })} />
          </Field>
          <Field label={t("forms.branch.below")}>
            <YuanInput label={t("forms.branch.below")} value={when.below_fen} onChange={(below_fen) => onChange({ ...when, below_fen })} />
          </Field>
        </Flex>
      );
    case "arm":
      return <Select aria-label={t("forms.branch.bys.arm")} value={when.arm} options={(definition.arms ?? []).map((arm) => ({ value: arm.name, label: arm.name }))} onChange={(arm) => onChange({ ...when, arm })} style={{ width: "100%" }} />;
    case "entry":
      return <Tests fields={[{ name: "amount_fen" }, { name: "order_no" }]} value={when.where} onChange={(where) => onChange({ ...when, where })} />;
  }
}
