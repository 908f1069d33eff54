import { DeleteOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { ErrorNote, useBrand } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, DatePicker, Flex, Form, Radio, Select, Typography } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { TimeOfDay } from "../../journeys/forms/Times";
import { CATEGORIES, useContentAgain, usePersonas, useScripts, type Calendar, type Category, type Entry, type Post } from "../content";
import { Materials } from "../parts/MaterialChooser";
import { TextBox } from "../parts/TextBox";
import { momentOf, phaseOf, wallOf } from "./days";

interface Props {
  calendar: Calendar;
  /** What is there; a new one without. */
  entry: Entry | undefined;
  day: string;
  onDone: () => void;
}

const NOON = "12:00";

/** What is published at a moment, as whom, and what it is about. */
export function PostForm({ calendar, entry, day: first, onDone }: Props) {
  const { t } = useTranslation("content");
  const { zone } = useBrand();
  const may = useMay();
  const again = useContentAgain();
  const personas = usePersonas().data ?? [];
  const scripts = (useScripts().data ?? []).filter((one) => one.newest.body.plain);
  const known = entry && wallOf(entry.post.at, zone);
  const [day, setDay] = useState(known?.day ?? first);
  const [time, setTime] = useState(known?.time ?? NOON);
  const [post, setPost] = useState<Omit<Post, "at">>(entry?.post ?? { category: "persona", persona_id: null, script_id: null, text: "", materials: [] });
  const set = (part: Partial<Post>): void => setPost({ ...post, ...part });
  const script = scripts.find((one) => one.script.id === post.script_id);
  const phase = phaseOf(calendar.plan, day);
  const done = async (): Promise<void> => {
    await again();
    onDone();
  };
  const path = { calendar_id: calendar.id };
  const saving = useMutation({
    mutationFn: () => {
      const body: Post = { ...post, at: momentOf(day, time, zone) };
      return entry ? answered(api.PUT("/api/v1/content/calendars/{calendar_id}/posts/{post_id}", { params: { path: { ...path, post_id: entry.id } }, body })) : answered(api.POST("/api/v1/content/calendars/{calendar_id}/posts", { params: { path }, body }));
    },
    onSuccess: done,
  });
  const dropping = useMutation({
    mutationFn: () => answered(api.DELETE("/api/v1/content/calendars/{calendar_id}/posts/{post_id}", { params: { path: { ...path, post_id: entry?.id ?? 0 } } })),
    onSuccess: done,
  });
  const editable = may("content.manage");
  return (
    <Form layout="vertical" component="div" disabled={!editable}>
      <Form.Item label={t("post.when")} required extra={phase ? t(`phase.${phase.kind}`) : t("post.noPhase")}>
        <Flex gap="small">
          <DatePicker aria-label={t("post.day")} allowClear={false} value={dayjs(day)} onChange={(next) => next && setDay(next.format("YYYY-MM-DD"))} />
          <TimeOfDay label={t("post.time")} required value={time} onChange={(next) => setTime(next ?? NOON)} />
        </Flex>
      </Form.Item>
      <Form.Item label={t("post.category")} required extra={t(`categoryWhat.${post.category}`)}>
        <Radio.Group aria-label={t("post.category")} value={post.category} options={CATEGORIES.map((value) => ({ value, label: t(`category.${value}`) }))} onChange={(event) => set({ category: CATEGORIES.find((one): one is Category => one === event.target.value) ?? "persona" })} />
      </Form.Item>
      <Form.Item label={t("post.persona")}>
        <Select aria-label={t("post.persona")} allowClear value={post.persona_id ?? undefined} options={personas.map((one) => ({ value: one.id, label: one.name }))} onChange={(id?: number) => set({ persona_id: id ?? null })} />
      </Form.Item>
      <Form.Item label={t("post.script")} extra={script && <Typography.Text type="secondary">{script.newest.body.plain?.text}</Typography.Text>}>
        <Select aria-label={t("post.script")} allowClear showSearch={{ optionFilterProp: "label" }} value={post.script_id ?? undefined} options={scripts.map((one) => ({ value: one.script.id, label: one.script.name }))} onChange={(id?: number) => set({ script_id: id ?? null })} />
      </Form.Item>
      <Form.Item label={t("column.text")}>
        <TextBox label={t("column.text")} value={post.text} max={2000} onChange={(text) => set({ text })} />
      </Form.Item>
      <Form.Item label={t("script.materials")}>
        <Materials label={t("script.materials")} value={post.materials} onChange={(materials) => set({ materials })} />
      </Form.Item>
      <ErrorNote error={saving.error ?? dropping.error} />
      {editable && (
        <Flex gap="small">
          <Button type="primary" disabled={!phase} loading={saving.isPending} onClick={() => saving.mutate()}>
            {t("save")}
          </Button>
          {entry && (
            <Button danger icon={<DeleteOutlined />} loading={dropping.isPending} onClick={() => dropping.mutate()}>
              {t("post.drop")}
            </Button>
          )}
        </Flex>
      )}
    </Form>
  );
}
