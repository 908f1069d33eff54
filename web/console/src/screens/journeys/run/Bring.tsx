import { answered, api, type Schema } from "@siyu/api";
import { ErrorNote, useFormat } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input, Modal, Segmented, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { Field, SegmentSelect } from "../forms/fields";
import { useAgain, type Journey } from "../journey";

const BY = ["segment", "people"] as const;
/** By what operators know people; numbers of customers first. */
const TYPES = ["customer", "phone", "member_no", "union_id", "external_userid", "user_id", "email"] as const;
const MOST = 5000;

/** Let everybody of a segment in, at the journey's pace, or some people by name. */
export function Bring({ journey }: { journey: Journey }) {
  const { t } = useTranslation("journeys");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>
        {t(journey.kind === "broadcast" ? "broadcast.nowSend" : "running.bring")}
      </Button>
      {open && <Asking journey={journey} onClose={() => setOpen(false)} />}
    </>
  );
}

/** What somebody typed or pasted: one a line, or with commas between. */
export function linesOf(text: string): string[] {
  return [...new Set(text.split(/[\n,，;；]/).map((one) => one.trim()).filter(Boolean))];
}

function Asking({ journey, onClose }: { journey: Journey; onClose: () => void }) {
  const { t } = useTranslation("journeys");
  const [by, setBy] = useState<(typeof BY)[number]>("segment");
  const title = t(journey.kind === "broadcast" ? "broadcast.nowSend" : "running.bring");
  const choice = <Segmented aria-label={title} value={by} options={BY.map((value) => ({ value, label: t(`running.by.${value}`) }))} onChange={setBy} style={{ marginBottom: 12 }} />;
  return by === "segment" ? <Everybody journey={journey} title={title} choice={choice} onClose={onClose} /> : <ByName journey={journey} title={title} choice={choice} onClose={onClose} />;
}

interface Props {
  journey: Journey;
  title: string;
  choice: React.ReactNode;
  onClose: () => void;
}

function Everybody({ journey, title, choice, onClose }: Props) {
  const { t } = useTranslation("journeys");
  const { message } = App.useApp();
  const { count } = useFormat();
  const again = useAgain();
  const [search] = useSearchParams();
  const [request] = useState(() => crypto.randomUUID());
  const [segment, setSegment] = useState(Number(search.get("segment")) || 0);
  const bringing = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/journeys/{journey_id}/crowd", { params: { path: { journey_id: journey.id } }, body: { segment, request_id: request } })),
    onSuccess: async ({ people }) => {
      await again();
      void message.success(t("broadcast.sent", { people: count(people) }));
      onClose();
    },
  });
  return (
    <Modal open title={title} okText={t("running.bringOk")} okButtonProps={{ disabled: segment === 0 }} confirmLoading={bringing.isPending} onOk={() => bringing.mutate()} onCancel={onClose}>
      {choice}
      <p>{t("broadcast.sendWhat")}</p>
      <ErrorNote error={bringing.error} />
      <Form layout="vertical" component="div">
        <Field label={t("running.bringSegment")} required>
          <SegmentSelect label={t("running.bringSegment")} value={segment} onChange={setSegment} />
        </Field>
      </Form>
    </Modal>
  );
}

function ByName({ journey, title, choice, onClose }: Props) {
  const { t } = useTranslation("journeys");
  const again = useAgain();
  const [request, setRequest] = useState(() => crypto.randomUUID());
  const [type, setType] = useState<(typeof TYPES)[number]>("customer");
  const [text, setText] = useState("");
  const [key, setKey] = useState("");
  const lines = linesOf(text);
  const identifiers = type === "customer" ? lines.map((one) => one.replace(/^#/, "")) : lines;
  const putting = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/journeys/{journey_id}/people", { params: { path: { journey_id: journey.id } }, body: { type, identifiers, key: key.trim(), request_id: request, customer_ids: [], entry: {} } })),
    onSuccess: () => {
      setRequest(crypto.randomUUID());
      return again();
    },
  });
  const many = lines.length > MOST;
  return (
    <Modal
      open
      title={title}
      okText={t("running.bringOk")}
      cancelText={putting.data ? t("running.close") : undefined}
      okButtonProps={{ disabled: lines.length === 0 || many }}
      confirmLoading={putting.isPending}
      onOk={() => putting.mutate()}
      onCancel={onClose}
    >
      {choice}
      <p>{t("running.byNameWhat")}</p>
      <ErrorNote error={putting.error} />
      <Form layout="vertical" component="div">
        <Field label={t("running.byType")}>
          <Select aria-label={t("running.byType")} value={type} options={TYPES.map((value) => ({ value, label: t(`running.types.${value}`) }))} onChange={setType} />
        </Field>
        <Field label={t("running.who")} required extra={t("running.lines", { count: lines.length })} problem={many ? t("running.tooMany", { most: String(MOST) }) : undefined}>
          <Input.TextArea aria-label={t("running.who")} rows={5} value={text} placeholder={t("running.whoHint")} onChange={(event) => setText(event.target.value)} />
        </Field>
        <Field label={t("running.key")} extra={t("running.keyWhat")}>
          <Input aria-label={t("running.key")} maxLength={200} value={key} onChange={(event) => setKey(event.target.value)} />
        </Field>
      </Form>
      {putting.data && <CameIn found={putting.data} />}
    </Modal>
  );
}

const SHOWN = 20;

function CameIn({ found }: { found: Schema<"CameIn"> }) {
  const { t } = useTranslation("journeys");
  const listed = (all: readonly (string | number)[], sign: string): string => all.slice(0, SHOWN).map((one) => `${sign}${one}`).join(t("running.and")) + (all.length > SHOWN ? " …" : "");
  const odd = found.left_out.length + found.unknown.length > 0;
  return (
    <Alert
      role="status"
      showIcon
      type={odd ? "warning" : "success"}
      title={t("running.cameIn", { count: found.entered.length })}
      description={
        odd && (
          <>
            {found.left_out.length > 0 && <div>{t("running.leftOut", { count: found.left_out.length, people: listed(found.left_out, "#") })}</div>}
            {found.unknown.length > 0 && <div>{t("running.unknown", { count: found.unknown.length, lines: listed(found.unknown, "") })}</div>}
          </>
        )
      }
    />
  );
}
