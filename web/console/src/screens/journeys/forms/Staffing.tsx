import { Flex, Input, Select } from "antd";
import { useTranslation } from "react-i18next";

import { useAccounts, useKinds } from "../../channels/accounts";
import { useTags } from "../../channels/mirrored";
import type { Definition, StepOf } from "../journey";
import { Field, SpanInput } from "./fields";
import { Attachments } from "./Attachments";
import { Says } from "./Says";
import { TextInput } from "./TextInput";
import type { Way } from "./Wishes";
import { Worth } from "./Worth";

interface Props<Step> {
  step: Step;
  definition: Definition;
  onChange: (step: Step) => void;
}

/** What a member of staff is asked to say themselves. */
export function TaskForm({ step, definition, onChange }: Props<StepOf<"staff_task">>) {
  const { t } = useTranslation("journeys");
  const ways = useStaffWays((way) => way.by_hand, step.account ?? 0);
  const limits = ways.flatMap((way) => way.contents.filter((one) => one.name === "text")).slice(0, 1);
  return (
    <>
      <Field label={t("forms.task.title")} required>
        <Input aria-label={t("forms.task.title")} value={step.title} maxLength={200} onChange={(event) => onChange({ ...step, title: event.target.value })} />
      </Field>
      <Says
        script={step.script ?? null}
        onChange={(script) => onChange(script ? { ...step, script, say: "" } : { ...step, script: null })}
        own={
          <Field label={t("forms.task.say")} extra={t("forms.task.who")}>
            <TextInput label={t("forms.task.say")} value={step.say} variables={definition.variables ?? {}} limits={limits} onChange={(say) => onChange({ ...step, say })} />
          </Field>
        }
      />
      <Whose test={(way) => way.by_hand} value={step.account ?? 0} onChange={(account) => onChange({ ...step, account })} />
      <Flex gap="middle" wrap>
        <Field label={t("forms.task.due")} tip={t("forms.task.dueWhat")}>
          <SpanInput label={t("forms.task.due")} value={step.due_in} onChange={(due_in) => onChange({ ...step, due_in })} />
        </Field>
        <Worth step={step} definition={definition} onChange={(part) => onChange({ ...step, ...part })} />
      </Flex>
    </>
  );
}

/** A Moment that the staff of the people at this step publish. */
export function MomentForm({ step, definition, onChange }: Props<StepOf<"moment">>) {
  const { t } = useTranslation("journeys");
  const account = step.account ?? 0;
  const ways = useStaffWays((way) => way.published, account);
  const limits = ways.flatMap((way) => way.contents.filter((one) => one.name === "text")).slice(0, 1);
  const tags = useTags(account || null).data ?? [];
  return (
    <>
      <Field label={t("forms.send.text")} extra={t("forms.moment.what")} required>
        <TextInput label={t("forms.send.text")} value={step.text} variables={definition.variables ?? {}} limits={limits} onChange={(text) => onChange({ ...step, text })} />
      </Field>
      <Field label={t("forms.send.attachments")}>
        <Attachments ways={ways.slice(0, 1)} value={step.attachments ?? []} onChange={(attachments) => onChange({ ...step, attachments })} onText={(text) => onChange({ ...step, text: [step.text, text].filter(Boolean).join("\n") })} />
      </Field>
      <Whose test={(way) => way.published} value={account} onChange={(next) => onChange({ ...step, account: next, tags: [] })} />
      <Field label={t("forms.moment.tags")} extra={t("forms.moment.tagsWhat")}>
        <Select
          mode="multiple"
          aria-label={t("forms.moment.tags")}
          disabled={!account}
          value={[...(step.tags ?? [])]}
          options={[...new Set(tags.map((tag) => tag.name))].map((name) => ({ value: name, label: name }))}
          onChange={(next: string[]) => onChange({ ...step, tags: next })}
        />
      </Field>
      <Flex gap="middle" wrap>
        <Field label={t("forms.moment.at")} tip={t("forms.moment.atWhat")}>
          <Input type="time" aria-label={t("forms.moment.at")} value={step.at} style={{ width: 120 }} onChange={(event) => event.target.value && onChange({ ...step, at: event.target.value })} />
        </Field>
        <Field label={t("forms.send.validFor")} tip={t("forms.send.validWhat")}>
          <SpanInput label={t("forms.send.validFor")} value={step.valid_for} onChange={(valid_for) => onChange({ ...step, valid_for })} />
        </Field>
        <Worth step={step} definition={definition} onChange={(part) => onChange({ ...step, ...part })} />
      </Flex>
    </>
  );
}

/** The ways that staff carry out, of one account or of all. */
function useStaffWays(test: (way: Way) => boolean, account: number): Way[] {
  const accounts = useAccounts().data ?? [];
  const kinds = useKinds().data?.kinds ?? [];
  const channels = new Set(accounts.filter((one) => !account || one.id === account).map((one) => one.channel));
  return kinds.filter((kind) => channels.has(kind.channel)).flatMap((kind) => kind.ways.filter(test));
}

/** Whose staff: of one account, or of every one that has staff. */
function Whose({ test, value, onChange }: { test: (way: Way) => boolean; value: number; onChange: (account: number) => void }) {
  const { t } = useTranslation("journeys");
  const accounts = useAccounts().data ?? [];
  const kinds = useKinds().data?.kinds ?? [];
  const able = accounts.filter((one) => kinds.some((kind) => kind.channel === one.channel && kind.ways.some(test)));
  return (
    <Field label={t("forms.task.account")}>
      <Select aria-label={t("forms.task.account")} value={value} options={[{ value: 0, label: t("forms.task.anyAccount") }, ...able.map((one) => ({ value: one.id, label: one.name }))]} onChange={onChange} />
    </Field>
  );
}
