import { answered, api } from "@siyu/api";
import { Empty, ErrorNote, momentIn, Page, useBrand } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Card, Flex, Form, Input, InputNumber, Radio, Select, Typography } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useGroups, useStaffName } from "../../channels/mirrored";
import type { Picked } from "../../content/pick/ScriptPick";
import { Attachments } from "../../journeys/forms/Attachments";
import { Field } from "../../journeys/forms/fields";
import { Says } from "../../journeys/forms/Says";
import { Moment } from "../../journeys/forms/Times";
import { keyOf, type Attachment } from "../../journeys/journey";
import { measured } from "../../journeys/editor/texts";
import { useAgain, useSpeaking, type Way } from "./announcement";
import { Back } from "./Back";
import { Whom } from "./Whom";

interface Draft {
  name: string;
  account: number;
  /** Empty for every group. */
  groups: string[];
  chosen: boolean;
  text: string;
  attachments: Attachment[];
  script: Picked | null;
  at: string | null;
  timed: boolean;
  per_minute: number;
  valid_until: string | null;
}

const NEW: Draft = { name: "", account: 0, groups: [], chosen: false, text: "", attachments: [], script: null, at: null, timed: false, per_minute: 0, valid_until: null };

/** Something is said to group chats: which, what, when, how fast. */
export function AnnouncementNew() {
  const { t } = useTranslation("touch");
  const { zone } = useBrand();
  const navigate = useNavigate();
  const again = useAgain();
  const speaking = useSpeaking();
  const [now] = useState(() => Date.now());
  const [draft, setDraft] = useState(NEW);
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const speaker = speaking.find((one) => one.account.id === draft.account) ?? speaking[0];
  const making = useMutation({
    mutationFn: () => {
      const { name, groups, chosen, text, attachments, script, timed, at, per_minute, valid_until } = draft;
      const times = { begins_at: timed && at ? momentIn(zone, at) : null, valid_until: valid_until ? momentIn(zone, valid_until) : null };
      const said = script ? { script, text: "", attachments: [] } : { script: null, text, attachments: attachments.map(({ kind, fields = {} }) => ({ kind, fields })) };
      return answered(api.POST("/api/v1/touch/announcements", { body: { key: keyOf(name, now, "groups"), name, account_id: speaker?.account.id ?? 0, group_ids: chosen ? groups : [], per_minute, ...said, ...times } }));
    },
    onSuccess: async (made) => {
      await again();
      await navigate(`/touch/announcements/${made.id}`);
    },
  });
  const says = draft.script ?? (draft.text.trim() || draft.attachments.length > 0);
  const ready = draft.name.trim() && says && (!draft.timed || draft.at) && (!draft.chosen || draft.groups.length > 0);
  return (
    <Page title={t("announcement.new")} what={t("announcement.newWhat")} above={<Back />} actions={<Whom here="groups" />}>
      {speaker ? (
        <Form layout="vertical" component="div" style={{ maxWidth: 760 }}>
          <Flex vertical gap="middle">
            <Part title={t("announcement.who")}>
              <Field label={t("announcement.name")} extra={t("announcement.nameWhat")} required>
                <Input aria-label={t("announcement.name")} value={draft.name} maxLength={200} onChange={(event) => set({ name: event.target.value })} />
              </Field>
              <Field label={t("column.account")} required>
                <Select aria-label={t("column.account")} value={speaker.account.id} options={speaking.map(({ account }) => ({ value: account.id, label: account.name }))} onChange={(account) => set({ account, groups: [], attachments: [] })} />
              </Field>
              <Groups account={speaker.account.id} draft={draft} onChange={set} />
            </Part>
            <Part title={t("announcement.say")}>
              <Says script={draft.script} own={<Own way={speaker.way} draft={draft} onChange={set} />} onChange={(script) => set({ script })} />
              <Typography.Text type="secondary">{t("announcement.noVariables")}</Typography.Text>
            </Part>
            <Part title={t("announcement.when")}>
              <When draft={draft} onChange={set} />
            </Part>
            <ErrorNote error={making.error} />
            <Flex gap="small" align="center" wrap>
              <Button type="primary" disabled={!ready} loading={making.isPending} onClick={() => making.mutate()}>
                {t("announcement.ok")}
              </Button>
              <Typography.Text type="secondary">{t("announcement.next")}</Typography.Text>
            </Flex>
          </Flex>
        </Form>
      ) : (
        <Empty title={t("announcement.noAccount")} />
      )}
    </Page>
  );
}

interface Piece {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

/** Every group that stands, or some of them. */
function Groups({ account, draft, onChange }: Piece & { account: number }) {
  const { t } = useTranslation("touch");
  const staffName = useStaffName(account);
  const standing = (useGroups(account).data ?? []).filter((one) => one.gone_at === null);
  return (
    <Field label={t("announcement.groups")} extra={t("announcement.confirmed")} required>
      <Flex vertical gap="small">
        <Radio.Group
          aria-label={t("announcement.groups")}
          value={draft.chosen}
          options={[
            { value: false, label: t("announcement.all", { count: standing.length }) },
            { value: true, label: t("announcement.some") },
          ]}
          onChange={(event) => onChange({ chosen: event.target.value === true })}
        />
        {draft.chosen && (
          <Select
            mode="multiple"
            aria-label={t("announcement.some")}
            placeholder={t("announcement.choose")}
            showSearch={{ optionFilterProp: "label" }}
            maxTagCount="responsive"
            value={draft.groups}
            options={standing.map((one) => ({ value: one.group_id, label: `${one.name || one.group_id} · ${staffName(one.owner_id)}` }))}
            onChange={(groups: string[]) => onChange({ groups })}
          />
        )}
      </Flex>
    </Field>
  );
}

/** Words of one's own, and what goes with them. */
function Own({ way, draft, onChange }: Piece & { way: Way }) {
  const { t } = useTranslation("touch");
  const { t: ofJourneys } = useTranslation("journeys");
  const size = measured(draft.text, way.contents.filter((one) => one.name === "text"));
  const over = size !== null && size.used > size.most;
  const extra = size ? <span aria-live="polite">{ofJourneys("forms.send.limit", { used: String(size.used), most: String(size.most), unit: ofJourneys(`forms.send.${size.unit}`) })}</span> : undefined;
  return (
    <>
      <Field label={t("announcement.text")} extra={extra} required>
        <Input.TextArea aria-label={t("announcement.text")} status={over ? "error" : undefined} autoSize={{ minRows: 4, maxRows: 16 }} maxLength={4000} value={draft.text} onChange={(event) => onChange({ text: event.target.value })} />
      </Field>
      <Field label={ofJourneys("forms.send.attachments")}>
        <Attachments ways={[way]} value={draft.attachments} onChange={(attachments) => onChange({ attachments })} onText={(text) => onChange({ text: [draft.text, text].filter(Boolean).join("\n") })} />
      </Field>
    </>
  );
}

function When({ draft, onChange }: Piece) {
  const { t } = useTranslation("touch");
  return (
    <Flex vertical gap="middle">
      <Radio.Group
        aria-label={t("announcement.when")}
        value={draft.timed}
        options={[
          { value: false, label: t("announcement.now") },
          { value: true, label: t("announcement.later") },
        ]}
        onChange={(event) => onChange({ timed: event.target.value === true })}
      />
      {draft.timed && <Moment label={t("announcement.at")} value={draft.at} onChange={(at) => onChange({ at })} />}
      <Flex gap="small" align="center" wrap>
        <span>{t("announcement.perMinute")}</span>
        <InputNumber aria-label={t("announcement.perMinute")} min={0} max={2000} precision={0} value={draft.per_minute} onChange={(per_minute) => onChange({ per_minute: per_minute ?? 0 })} />
        <Typography.Text type="secondary">{t(draft.per_minute === 0 ? "announcement.noPace" : "announcement.fair")}</Typography.Text>
      </Flex>
      <Flex gap="small" align="center" wrap>
        <span>{t("column.validUntil")}</span>
        <Moment label={t("column.validUntil")} value={draft.valid_until} onChange={(valid_until) => onChange({ valid_until })} />
        <Typography.Text type="secondary">{t("announcement.validWhat")}</Typography.Text>
      </Flex>
    </Flex>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{title}</h2>}>
      {children}
    </Card>
  );
}
