import { LeftOutlined, RightOutlined, SettingOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { DetailDrawer, ErrorNote, Loaded, Page, useBrand, useInAddress } from "@siyu/kit";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Flex, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { useMay } from "../../../app/session";
import { CONTENT, useContentAgain, type Calendar, type Entry } from "../content";
import { Back } from "../parts/Back";
import { Mixes } from "./Mixes";
import { Month } from "./Month";
import { phaseOf, plusMonths, wallOf } from "./days";
import { PlanForm, wholePlan } from "./PlanForm";
import { PostForm } from "./PostForm";

/** One calendar, a month at a time: what is published when, in which mix. */
export function CalendarPage() {
  const id = Number(useParams()["id"]);
  const path = { calendar_id: id };
  const calendar = useQuery({ queryKey: [...CONTENT, "calendars", id], queryFn: ({ signal }) => answered(api.GET("/api/v1/content/calendars/{calendar_id}", { signal, params: { path } })) });
  const posts = useQuery({ queryKey: [...CONTENT, "calendars", id, "posts"], queryFn: ({ signal }) => answered(api.GET("/api/v1/content/calendars/{calendar_id}/posts", { signal, params: { path } })) });
  return <Loaded query={calendar}>{(found) => <Loaded query={posts}>{(entries) => <Whole key={found.id} calendar={found} entries={entries} />}</Loaded>}</Loaded>;
}

function Whole({ calendar, entries }: { calendar: Calendar; entries: readonly Entry[] }) {
  const { t } = useTranslation("content");
  const { zone } = useBrand();
  const may = useMay();
  const [asked, setMonth] = useInAddress("month");
  const [planning, plan] = useInAddress("plan");
  const [post, showPost] = useInAddress("post");
  const [today] = useState(() => wallOf(new Date().toISOString(), zone).day);
  const month = asked && /^\d{4}-\d{2}$/.test(asked) ? asked : startOf(calendar, today);
  const open = entries.find((one) => String(one.id) === post);
  const newDay = post && /^\d{4}-\d{2}-\d{2}$/.test(post) ? post : null;
  const actions = may("content.manage") && (
    <Button icon={<SettingOutlined />} onClick={() => plan("1")}>
      {t("moments.plan")}
    </Button>
  );
  return (
    <Page title={calendar.name} what={t("moments.pageWhat")} above={<Back to="/content/moments" part="moments" />} actions={actions}>
      <Flex vertical gap="middle">
        <Mixes calendar={calendar} entries={entries} />
        <Flex gap="small" align="center">
          <Button icon={<LeftOutlined />} aria-label={t("moments.before")} onClick={() => setMonth(plusMonths(month, -1))} />
          <Typography.Title level={2} style={{ fontSize: 17, margin: 0 }} aria-live="polite">
            {month}
          </Typography.Title>
          <Button icon={<RightOutlined />} aria-label={t("moments.after")} onClick={() => setMonth(plusMonths(month, 1))} />
        </Flex>
        <Month calendar={calendar} entries={entries} month={month} today={today} onOpen={(entry) => showPost(String(entry.id))} onAdd={may("content.manage") ? (day) => showPost(day) : undefined} />
      </Flex>
      <DetailDrawer open={open !== undefined || newDay !== null} title={open ? t("post.change") : t("post.new")} width={560} onClose={() => showPost(null)}>
        <PostForm key={post} calendar={calendar} entry={open} day={newDay ?? today} onDone={() => showPost(null)} />
      </DetailDrawer>
      <DetailDrawer open={planning !== null} title={t("moments.plan")} width={640} onClose={() => plan(null)}>
        <Planning calendar={calendar} onDone={() => plan(null)} />
      </DetailDrawer>
    </Page>
  );
}

/** This month while a phase lies in it; that of the first phase otherwise. */
function startOf(calendar: Calendar, today: string): string {
  return (phaseOf(calendar.plan, today) ? today : (calendar.plan.phases[0]?.first ?? today)).slice(0, 7);
}

function Planning({ calendar, onDone }: { calendar: Calendar; onDone: () => void }) {
  const { t } = useTranslation("content");
  const again = useContentAgain();
  const [draft, setDraft] = useState(calendar.plan);
  const saving = useMutation({
    mutationFn: () => answered(api.PUT("/api/v1/content/calendars/{calendar_id}", { params: { path: { calendar_id: calendar.id } }, body: { plan: draft } })),
    onSuccess: async () => {
      await again();
      onDone();
    },
  });
  return (
    <>
      <PlanForm plan={draft} onChange={setDraft} />
      <ErrorNote error={saving.error} />
      <Button type="primary" disabled={!wholePlan(draft)} loading={saving.isPending} onClick={() => saving.mutate()}>
        {t("save")}
      </Button>
    </>
  );
}
