import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Card, Collapse, Flex, Input, Select } from "antd";
import { useTranslation } from "react-i18next";

import { PURPOSES, type Attachment, type Definition, type StepOf } from "../journey";
import { Field, SpanInput, YuanInput } from "./fields";
import { GroupChoices } from "./GroupChoices";
import { Pairs } from "./Pairs";
import { TextInput } from "./TextInput";
import { useWaysOf, Wishes, type Way } from "./Wishes";

const KINDS = ["red_packet", "coupon", "gift"] as const;

interface Props<Step> {
  step: Step;
  definition: Definition;
  onChange: (step: Step) => void;
}

/** What is sent, by what, to which end. */
export function SendForm({ step, definition, onChange }: Props<StepOf<"send">>) {
  const { t } = useTranslation("journeys");
  const ways = useWaysOf()(step.wishes);
  return (
    <>
      <Reaching step={step} definition={definition} onChange={(part) => onChange({ ...step, ...part })} />
      <Field label={t("forms.send.attachments")}>
        <Attachments ways={ways} value={step.attachments ?? []} onChange={(attachments) => onChange({ ...step, attachments })} />
      </Field>
      <Field label={t("forms.send.kinds")} tip={t("forms.send.kindsWhat")}>
        <Select
          mode="tags"
          aria-label={t("forms.send.kinds")}
          value={[...(step.kinds ?? [])]}
          options={KINDS.map((value) => ({ value, label: t(`forms.kindOf.${value}`) }))}
          onChange={(kinds: string[]) => onChange({ ...step, kinds: kinds.map((one) => one.trim().toLowerCase()).filter((one) => /^[a-z][a-z0-9_]{0,59}$/.test(one)) })}
        />
      </Field>
      <Collapse
        ghost
        size="small"
        items={[{ key: "details", label: t("forms.send.details"), children: <Pairs label={t("forms.send.details")} add={t("forms.webhook.addField")} value={step.details ?? {}} onChange={(details) => onChange({ ...step, details })} /> }]}
      />
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
      <Reaching step={step} definition={definition} onChange={(part) => onChange({ ...step, ...part })} />
    </>
  );
}

type Reach = Pick<StepOf<"send">, "wishes" | "text" | "purpose" | "value_fen" | "valid_for">;

function Reaching({ step, definition, onChange }: { step: Reach; definition: Definition; onChange: (part: Partial<Reach>) => void }) {
  const { t } = useTranslation("journeys");
  const limits = useWaysOf()(step.wishes).flatMap((way) => way.contents.filter((one) => one.name === "text"));
  const asJourney = definition.purpose ? t("forms.send.purposeAs", { purpose: t(`purpose.${definition.purpose}`) }) : t("forms.send.purposeNone");
  return (
    <>
      <Field label={t("forms.send.wishes")} required>
        <Wishes value={step.wishes} onChange={(wishes) => onChange({ wishes })} />
      </Field>
      <Field label={t("forms.send.text")} required>
        <TextInput label={t("forms.send.text")} value={step.text} variables={definition.variables ?? {}} limits={limits} onChange={(text) => onChange({ text })} />
      </Field>
      <Flex gap="middle" wrap>
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
        <Field label={t("forms.send.validFor")} tip={t("forms.send.validWhat")}>
          <SpanInput label={t("forms.send.validFor")} value={step.valid_for} onChange={(valid_for) => onChange({ valid_for })} />
        </Field>
      </Flex>
    </>
  );
}

/** What goes with the text, as far as the ways carry it. */
export function Attachments({ ways, value, onChange }: { ways: readonly Way[]; value: readonly Attachment[]; onChange: (attachments: Attachment[]) => void }) {
  const { t } = useTranslation("journeys");
  const contents = ways.flatMap((way) => way.contents).filter((one) => one.name !== "text");
  const kinds = [...new Set([...contents.map((one) => one.name), ...value.map((one) => one.kind)])];
  const most = ways.length ? Math.min(...ways.map((way) => way.attachments)) : 0;
  const name = (kind: string): string => t(`forms.content.${kind as "link"}`, { defaultValue: kind });
  return (
    <Flex vertical gap={6}>
      {value.map((one, index) => (
        <Card
          key={index}
          size="small"
          title={<Select aria-label={t("forms.send.attachments")} value={one.kind} options={kinds.map((kind) => ({ value: kind, label: name(kind) }))} onChange={(kind) => onChange(value.map((each, at) => (at === index ? { ...one, kind } : each)))} style={{ width: 140 }} />}
          extra={<Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("forms.send.removeAttachment", { number: String(index + 1) })} onClick={() => onChange(value.filter((_, at) => at !== index))} />}
        >
          <Pairs label={name(one.kind)} add={t("forms.webhook.addField")} value={one.fields ?? {}} onChange={(fields) => onChange(value.map((each, at) => (at === index ? { ...one, fields } : each)))} />
        </Card>
      ))}
      <Button type="dashed" size="small" icon={<PlusOutlined />} disabled={value.length >= most || kinds.length === 0} style={{ alignSelf: "flex-start" }} onClick={() => onChange([...value, starting(kinds)])}>
        {t("forms.send.addAttachment")}
      </Button>
    </Flex>
  );
}

function starting(kinds: readonly string[]): Attachment {
  return kinds.includes("link") ? { kind: "link", fields: { title: "", url: "https://", description: "" } } : { kind: kinds[0] ?? "link", fields: {} };
}
