import { answered, api } from "@siyu/api";
import { Count, ErrorNote, Page } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Card, Checkbox, Flex, Form, Input, InputNumber, Radio, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { Picked } from "../../content/pick/ScriptPick";
import { Whom } from "../../touch/announcements/Whom";
import { Attachments } from "../forms/Attachments";
import { Details } from "../forms/Details";
import { Field, SegmentSelect, YuanInput } from "../forms/fields";
import { Says } from "../forms/Says";
import { saying } from "../forms/instead";
import { TextInput } from "../forms/TextInput";
import { Moment } from "../forms/Times";
import { useWaysOf, Wishes } from "../forms/Wishes";
import { keyOf, PURPOSES, useAgain, type Attachment, type Wish } from "../journey";
import { useSegments } from "../sentences";
import { Back } from "./Templates";

interface Draft {
  name: string;
  segment: number;
  wishes: Wish[];
  text: string;
  attachments: Attachment[];
  kinds: string[];
  script: Picked | null;
  details: Record<string, string>;
  purpose: (typeof PURPOSES)[number];
  value_fen: number;
  timed: boolean;
  at: string | null;
  per_minute: number;
  fair: boolean;
}

const NEW: Draft = { name: "", segment: 0, wishes: [], text: "", attachments: [], kinds: [], script: null, details: {}, purpose: "marketing", value_fen: 0, timed: false, at: null, per_minute: 100, fair: true };

/** One message to everybody of a segment: who, by what, what it says, when, how fast. */
export function Broadcast() {
  const { t } = useTranslation("journeys");
  const navigate = useNavigate();
  const again = useAgain();
  const [now] = useState(() => Date.now());
  const [draft, setDraft] = useState(NEW);
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const waysOf = useWaysOf();
  const segment = useSegments().data?.find((one) => one.id === draft.segment);
  const limits = waysOf(draft.wishes).flatMap((way) => way.contents.filter((one) => one.name === "text"));
  const making = useMutation({
    mutationFn: () => {
      const { name, purpose, per_minute, fair, wishes, text, attachments, kinds, script, details, value_fen } = draft;
      const sending = { kind: "send" as const, next: "", wishes, text, value_fen, attachments, kinds, script, details, valid_for: "1d", dropped: "" };
      return answered(api.POST("/api/v1/journeys/broadcasts", { body: { key: keyOf(name, now), name, segment: draft.segment, sending, purpose, at: draft.timed ? draft.at : null, per_minute, fair, variables: {} } }));
    },
    onSuccess: async (made) => {
      await again();
      await navigate(`/journeys/${made.id}${draft.timed ? "" : `?segment=${draft.segment}`}`);
    },
  });
  const ready = draft.name.trim() && draft.segment && draft.wishes.length && (draft.script || draft.text.trim()) && (!draft.timed || draft.at);
  return (
    <Page title={t("broadcast.title")} what={t("broadcast.what")} above={<Back />} actions={<Whom here="customers" />}>
      <Form layout="vertical" component="div" style={{ maxWidth: 760 }}>
        <Flex vertical gap="middle">
          <Part title={t("broadcast.who")}>
            <Field label={t("create.name")} required>
              <Input aria-label={t("create.name")} value={draft.name} maxLength={200} onChange={(event) => set({ name: event.target.value })} />
            </Field>
            <Field label={t("broadcast.segment")} required extra={segment && <Size people={segment.people} />}>
              <SegmentSelect label={t("broadcast.segment")} value={draft.segment} onChange={(id) => set({ segment: id })} />
            </Field>
          </Part>
          <Part title={t("broadcast.how")}>
            <Field label={t("forms.send.wishes")} required>
              <Wishes value={draft.wishes} onChange={(wishes) => set({ wishes })} />
            </Field>
            <Says
              script={draft.script}
              onChange={(script) => set(saying(draft, script))}
              own={
                <>
                  <Field label={t("broadcast.text")} required>
                    <TextInput label={t("broadcast.text")} value={draft.text} variables={{}} limits={limits} onChange={(text) => set({ text })} />
                  </Field>
                  <Field label={t("forms.send.attachments")}>
                    <Attachments ways={waysOf(draft.wishes)} value={draft.attachments} onChange={(attachments) => set({ attachments })} onText={(text) => set({ text: [draft.text, text].filter(Boolean).join("\n") })} />
                  </Field>
                </>
              }
            />
            <Details wishes={draft.wishes} value={draft.details} onChange={(details) => set({ details })} />
            <Flex gap="middle" wrap>
              <Field label={t("broadcast.purpose")} required>
                <Select aria-label={t("broadcast.purpose")} value={draft.purpose} options={PURPOSES.map((value) => ({ value, label: t(`purpose.${value}`) }))} onChange={(purpose) => set({ purpose })} style={{ width: 160 }} />
              </Field>
              <Field label={t("broadcast.value")} tip={t("forms.send.valueWhat")}>
                <YuanInput label={t("broadcast.value")} value={draft.value_fen} onChange={(fen) => set({ value_fen: fen ?? 0 })} />
              </Field>
            </Flex>
          </Part>
          <Part title={t("broadcast.when")}>
            <Flex vertical gap="middle">
              <Radio.Group
                aria-label={t("broadcast.when")}
                value={draft.timed}
                options={[
                  { value: false, label: t("broadcast.byHand") },
                  { value: true, label: t("broadcast.later") },
                ]}
                onChange={(event) => set({ timed: event.target.value === true })}
              />
              {draft.timed && <Moment label={t("broadcast.at")} value={draft.at} onChange={(at) => set({ at })} />}
              <Flex gap="small" align="center" wrap>
                <span>{t("broadcast.perMinute")}</span>
                <InputNumber aria-label={t("broadcast.perMinute")} min={0} max={1_000_000} precision={0} value={draft.per_minute} onChange={(per_minute) => set({ per_minute: per_minute ?? 0 })} />
                {draft.per_minute === 0 && <Typography.Text type="secondary">{t("broadcast.noPace")}</Typography.Text>}
              </Flex>
              <Checkbox checked={draft.fair} onChange={(event) => set({ fair: event.target.checked })}>
                {t("broadcast.fair")}
              </Checkbox>
            </Flex>
          </Part>
          <ErrorNote error={making.error} />
          <Flex gap="small" align="center" wrap>
            <Button type="primary" disabled={!ready} loading={making.isPending} onClick={() => making.mutate()}>
              {t("broadcast.ok")}
            </Button>
            <Typography.Text type="secondary">{t("broadcast.next")}</Typography.Text>
          </Flex>
        </Flex>
      </Form>
    </Page>
  );
}

function Size({ people }: { people: number | null | undefined }) {
  const { t } = useTranslation("journeys");
  if (people == null) return t("broadcast.notCounted");
  const [before, after] = t("broadcast.people", { people: "\u0000" }).split("\u0000");
  return (
    <>
      {before}
      <Count value={people} />
      {after}
    </>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{title}</h2>}>
      {children}
    </Card>
  );
}
