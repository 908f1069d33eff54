import { answered, api, type Schema } from "@siyu/api";
import { Empty, ErrorNote, Loaded, Loading, useBrand, useErrorText, useFormat, useInAddress, useLanguage, When } from "@siyu/kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, DatePicker, Flex, InputNumber, Progress, Select, Typography } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { JOURNEYS, type Journey } from "../journey";
import { Result } from "./Result";

type Asked = Schema<"AskedRehearsal">;

/** A draft over what really happened: ask for a rehearsal, and read what it would have done. */
export function Rehearsals({ journey, dirty }: { journey: Journey; dirty: boolean }) {
  const { t } = useTranslation("journeys");
  const [chosen, setChosen] = useInAddress("rehearsal");
  const key = [...JOURNEYS, journey.id, "rehearsals"];
  const list = useQuery({ queryKey: key, queryFn: ({ signal }) => answered(api.GET("/api/v1/journeys/{journey_id}/rehearsals", { signal, params: { path: { journey_id: journey.id } } })) });
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">{t("rehearsal.what")}</Typography.Text>
      <Ask journey={journey} dirty={dirty} queryKey={key} onAsked={(id) => setChosen(String(id))} />
      <Loaded query={list}>
        {(rehearsals) => {
          const id = Number(chosen) || rehearsals[0]?.id;
          if (!id) return <Empty title={t("rehearsal.none")} />;
          return (
            <>
              <Past rehearsals={rehearsals} value={id} onChange={(next) => setChosen(String(next))} />
              <One key={id} id={id} />
            </>
          );
        }}
      </Loaded>
    </Flex>
  );
}

function Ask({ journey, dirty, queryKey, onAsked }: { journey: Journey; dirty: boolean; queryKey: readonly unknown[]; onAsked: (id: number) => void }) {
  const { t } = useTranslation("journeys");
  const may = useMay();
  const client = useQueryClient();
  const [now] = useState(() => dayjs());
  const [days, setDays] = useState<[dayjs.Dayjs, dayjs.Dayjs]>([now.subtract(30, "day"), now]);
  const [most, setMost] = useState(300);
  const asking = useMutation({
    mutationFn: () => {
      const until = days[1].isSame(now, "day") ? null : days[1].format("YYYY-MM-DDT23:59:59");
      return answered(api.POST("/api/v1/journeys/{journey_id}/rehearsals", { params: { path: { journey_id: journey.id } }, body: { since: days[0].format("YYYY-MM-DDT00:00:00"), until, most } }));
    },
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey });
      onAsked(id);
    },
  });
  if (!may("journeys.manage")) return null;
  return (
    <>
      <Flex gap="small" align="center" wrap>
        <span>{t("rehearsal.period")}</span>
        <DatePicker.RangePicker aria-label={t("rehearsal.period")} allowClear={false} maxDate={now} value={days} onChange={(range) => range?.[0] && range[1] && setDays([range[0], range[1]])} />
        <span>{t("rehearsal.most")}</span>
        <InputNumber aria-label={t("rehearsal.most")} min={1} max={2000} precision={0} value={most} onChange={(next) => setMost(next ?? 300)} />
        <Button type="primary" disabled={dirty} loading={asking.isPending} onClick={() => asking.mutate()}>
          {t("rehearsal.run")}
        </Button>
        {dirty && <Typography.Text type="warning">{t("rehearsal.unsaved")}</Typography.Text>}
      </Flex>
      <ErrorNote error={asking.error} />
    </>
  );
}

function Past({ rehearsals, value, onChange }: { rehearsals: readonly Asked[]; value: number; onChange: (id: number) => void }) {
  const { t } = useTranslation("journeys");
  const { when } = useFormat();
  if (rehearsals.length < 2) return null;
  const options = rehearsals.map((one) => ({ value: one.id, label: `${when(one.asked_at)} (${when(one.since, "day")} – ${when(one.until, "day")})` }));
  return (
    <Flex gap="small" align="center" wrap>
      <span>{t("rehearsal.past")}</span>
      <Select aria-label={t("rehearsal.past")} value={value} options={options} onChange={onChange} style={{ minWidth: 300 }} />
    </Flex>
  );
}

function One({ id }: { id: number }) {
  const { t } = useTranslation("journeys");
  const language = useLanguage();
  const text = useErrorText();
  const { zone } = useBrand();
  const query = useQuery<Asked>({
    queryKey: [...JOURNEYS, "rehearsal", id],
    refetchInterval: ({ state }) => (!state.data || state.data.state === "waiting" || state.data.state === "running" ? 1000 : false),
    queryFn: ({ signal }) => answered(api.GET("/api/v1/journeys/rehearsals/{rehearsal_id}", { signal, params: { path: { rehearsal_id: id } } })),
  });
  if (!query.data) return query.error ? <Alert type="error" title={text(query.error)} /> : <Loading />;
  const { state, result, problem, since, until } = query.data;
  if (state === "waiting" || state === "running") return <Progressing asked={query.data} onCancelled={() => void query.refetch()} />;
  if (state === "cancelled" && !result) return <Alert type="info" showIcon title={t("rehearsal.cancelledEarly")} />;
  if (state === "failed" || !result) {
    const said = (problem as Record<string, string> | null)?.[language === "zh" ? "message_zh" : "message"];
    return <Alert type="error" showIcon title={t("rehearsal.failed")} description={said} />;
  }
  return (
    <>
      {state === "cancelled" && <Alert type="info" showIcon title={t("rehearsal.cancelled")} />}
      <Typography.Text type="secondary">
        <When at={since} precision="day" /> – <When at={until} precision="day" />
      </Typography.Text>
      <Result result={result} zone={zone} />
    </>
  );
}

/** How far it is; it may be ended before. */
function Progressing({ asked, onCancelled }: { asked: Asked; onCancelled: () => void }) {
  const { t } = useTranslation("journeys");
  const may = useMay();
  const cancelling = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/journeys/rehearsals/{rehearsal_id}/cancel", { params: { path: { rehearsal_id: asked.id } } })),
    onSuccess: onCancelled,
  });
  const said = asked.state === "running" ? t("rehearsal.running", { done: String(asked.done), total: String(asked.total) }) : t("rehearsal.waiting");
  return (
    <Flex vertical align="center" gap="small" role="status">
      <Progress percent={asked.total ? Math.floor((100 * asked.done) / asked.total) : 0} aria-label={said} style={{ maxWidth: 480 }} />
      <Typography.Text type="secondary">{said}</Typography.Text>
      {may("journeys.manage") && (
        <Button size="small" loading={cancelling.isPending} onClick={() => cancelling.mutate()}>
          {t("rehearsal.cancel")}
        </Button>
      )}
      <ErrorNote error={cancelling.error} />
    </Flex>
  );
}
