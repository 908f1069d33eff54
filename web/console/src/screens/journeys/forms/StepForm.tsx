import { Input, Select } from "antd";
import { useTranslation } from "react-i18next";

import type { Definition, Step } from "../journey";
import { BranchForm } from "./BranchForm";
import { FactEditor } from "./FactEditor";
import { Field, SpanInput } from "./fields";
import { Pairs } from "./Pairs";
import { InviteForm, SendForm } from "./Sending";
import { PointsForm } from "./PointsForm";
import { MomentForm, TaskForm } from "./Staffing";
import { useOffers } from "./TextInput";
import { WaitForm } from "./WaitForm";

interface Props {
  step: Step;
  definition: Definition;
  onChange: (step: Step) => void;
}

/** What one step does, as a form for its kind; where it leads is asked beside it. */
export function StepForm({ step, definition, onChange }: Props) {
  const { t } = useTranslation("journeys");
  switch (step.kind) {
    case "wait":
      return <WaitForm step={step} onChange={onChange} />;
    case "wait_for":
      return (
        <>
          <FactEditor value={step.fact} onChange={(fact) => onChange({ ...step, fact })} />
          <Field label={t("forms.fact.timeout")} required>
            <SpanInput label={t("forms.fact.timeout")} value={step.timeout} onChange={(timeout) => onChange({ ...step, timeout })} />
          </Field>
          <Field label={t("forms.fact.keyMatch")}>
            <Input aria-label={t("forms.fact.keyMatch")} placeholder="order_no" value={step.key} onChange={(event) => onChange({ ...step, key: event.target.value })} />
          </Field>
        </>
      );
    case "branch":
      return <BranchForm step={step} definition={definition} onChange={onChange} />;
    case "send":
      return <SendForm step={step} definition={definition} onChange={onChange} />;
    case "invite":
      return <InviteForm step={step} definition={definition} onChange={onChange} />;
    case "moment":
      return <MomentForm step={step} definition={definition} onChange={onChange} />;
    case "staff_task":
      return <TaskForm step={step} definition={definition} onChange={onChange} />;
    case "tag":
      return (
        <>
          <TagSelect label={t("forms.tag.add")} value={step.add ?? []} onChange={(add) => onChange({ ...step, add })} />
          <TagSelect label={t("forms.tag.remove")} value={step.remove ?? []} onChange={(remove) => onChange({ ...step, remove })} />
        </>
      );
    case "trait":
      return (
        <>
          <Field label={t("forms.trait.trait")} required>
            <Input aria-label={t("forms.trait.trait")} value={step.trait} maxLength={128} onChange={(event) => onChange({ ...step, trait: event.target.value })} />
          </Field>
          <Field label={t("forms.trait.value")} extra={t("forms.trait.clear")}>
            <Input aria-label={t("forms.trait.value")} value={step.value == null ? "" : String(step.value)} onChange={(event) => onChange({ ...step, value: event.target.value || null })} />
          </Field>
        </>
      );
    case "points":
      return <PointsForm step={step} onChange={onChange} />;
    case "webhook":
      return (
        <>
          <Field label={t("forms.webhook.url")} required>
            <Input aria-label={t("forms.webhook.url")} value={step.url} maxLength={2000} onChange={(event) => onChange({ ...step, url: event.target.value })} />
          </Field>
          <Field label={t("forms.webhook.fields")}>
            <Pairs label={t("forms.webhook.fields")} add={t("forms.webhook.addField")} value={step.fields ?? {}} onChange={(fields) => onChange({ ...step, fields })} />
          </Field>
        </>
      );
    case "goal":
    case "exit":
      return null;
  }
}

function TagSelect({ label, value, onChange }: { label: string; value: readonly string[]; onChange: (tags: string[]) => void }) {
  const offered = useOffers().data?.tags ?? [];
  return (
    <Field label={label}>
      <Select mode="tags" aria-label={label} value={[...value]} options={offered.map((tag) => ({ value: tag, label: tag }))} onChange={(tags: string[]) => onChange(tags.map((tag) => tag.trim()).filter(Boolean))} tokenSeparators={[",", "，"]} />
    </Field>
  );
}
