import { Flex, Input } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { KindSelect } from "../../content/scripts/Kinds";
import type { Definition, StepOf } from "../journey";
import { Attachments } from "./Attachments";
import { Field, SpanInput } from "./fields";
import { GroupChoices } from "./GroupChoices";
import { Details } from "./Details";
import { Says } from "./Says";
import { saying } from "./instead";
import { TextInput } from "./TextInput";
import { useWaysOf, Wishes } from "./Wishes";
import { Worth } from "./Worth";

interface Props<Step> {
  step: Step;
  definition: Definition;
  onChange: (step: Step) => void;
}

/** What is sent, by what, to which end. */
export function SendForm({ step, definition, onChange }: Props<StepOf<"send">>) {
  const own = <OwnWords step={step} definition={definition} onChange={onChange} />;
  return (
    <>
      <Reaching step={step} definition={definition} onChange={(part) => onChange({ ...step, ...part })} says={<Says script={step.script ?? null} own={own} onChange={(script) => onChange(saying(step, script))} />} />
      <Details wishes={step.wishes} value={step.details ?? {}} onChange={(details) => onChange({ ...step, details })} />
    </>
  );
}

/** Words of the step's own, and what goes with them. */
function OwnWords({ step, definition, onChange }: Props<StepOf<"send">>) {
  const { t } = useTranslation("journeys");
  const ways = useWaysOf()(step.wishes);
  const limits = ways.flatMap((way) => way.contents.filter((one) => one.name === "text"));
  return (
    <>
      <Field label={t("forms.send.text")} required>
        <TextInput label={t("forms.send.text")} value={step.text} variables={definition.variables ?? {}} limits={limits} onChange={(text) => onChange({ ...step, text })} />
      </Field>
      <Field label={t("forms.send.attachments")}>
        <Attachments ways={ways} value={step.attachments ?? []} onChange={(attachments) => onChange({ ...step, attachments })} onText={(text) => onChange({ ...step, text: [step.text, text].filter(Boolean).join("\n") })} />
      </Field>
      <Field label={t("forms.send.kinds")} tip={t("forms.send.kindsWhat")}>
        <KindSelect label={t("forms.send.kinds")} value={step.kinds ?? []} onChange={(kinds) => onChange({ ...step, kinds })} />
      </Field>
    </>
  );
}

/** An invitation into group chats. */
export function InviteForm({ step, definition, onChange }: Props<StepOf<"invite">>) {
  const { t } = useTranslation("journeys");
  return (
    <>
      <GroupChoices value={step.codes?.length ? step.codes : [{ code: step.code ?? 0 }]} onChange={(codes) => onChange({ ...step, code: 0, codes })} />
      <Field label={t("forms.send.linkTitle")}>
        <Input aria-label={t("forms.send.linkTitle")} value={step.title} maxLength={120} onChange={(event) => onChange({ ...step, title: event.target.value })} />
      </Field>
      <Reaching step={step} definition={definition} onChange={(part) => onChange({ ...step, ...part })} says={<InviteText step={step} definition={definition} onChange={onChange} />} />
    </>
  );
}

function InviteText({ step, definition, onChange }: Props<StepOf<"invite">>) {
  const { t } = useTranslation("journeys");
  const limits = useWaysOf()(step.wishes).flatMap((way) => way.contents.filter((one) => one.name === "text"));
  return (
    <Field label={t("forms.send.text")} required>
      <TextInput label={t("forms.send.text")} value={step.text} variables={definition.variables ?? {}} limits={limits} onChange={(text) => onChange({ ...step, text })} />
    </Field>
  );
}

type Reach = Pick<StepOf<"send">, "wishes" | "purpose" | "value_fen" | "valid_for">;

function Reaching({ step, definition, onChange, says }: { step: Reach; definition: Definition; onChange: (part: Partial<Reach>) => void; says: ReactNode }) {
  const { t } = useTranslation("journeys");
  return (
    <>
      <Field label={t("forms.send.wishes")} required>
        <Wishes value={step.wishes} onChange={(wishes) => onChange({ wishes })} />
      </Field>
      {says}
      <Flex gap="middle" wrap>
        <Worth step={step} definition={definition} onChange={onChange} />
        <Field label={t("forms.send.validFor")} tip={t("forms.send.validWhat")}>
          <SpanInput label={t("forms.send.validFor")} value={step.valid_for} onChange={(valid_for) => onChange({ valid_for })} />
        </Field>
      </Flex>
    </>
  );
}
