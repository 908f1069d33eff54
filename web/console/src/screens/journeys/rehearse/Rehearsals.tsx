import { answered, api, type Schema } from "@siyu/api";
import { Empty, ErrorNote, Loaded, Loading, useBrand, useErrorText, useFormat, useInAddress, useLanguage, When } from "@siyu/kit";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Flex, Progress, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { JOURNEYS, type Definition, type Journey } from "../journey";
import { useSegments } from "../sentences";
import { Ask } from "./Ask";
import { Result } from "./Result";

type Asked = Schema<"AskedRehearsal">;

/** A draft over what really happened: ask for a rehearsal, and read what it would have done. */
export function Rehearsals({ journey, definition, dirty }: { journey: Journey; definition: Definition; dirty: boolean }) {
  const { t } = useTranslation("journeys");
  const [chosen, setChosen] = useInAddress("rehearsal");
  const key = [...JOURNEYS, journey.id, "rehearsals"];
  const list = useQuery({ queryKey: key, queryFn: ({ signal }) => answered(api.GET("/api/v1/journeys/{journey_id}/rehearsals", { signal, params: { path: { journey_id: journey.id } } })) });
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">{t("rehearsal.what")}</Typography.Text>
      <Ask journey={journey} definition={definition} dirty={dirty} queryKey={key} onAsked={(id) => setChosen(String(id))} />
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

function Past({ rehearsals, value, onChange }: { rehearsals: readonly Asked[]; value: number; onChange: (id: number) => void }) {
  const { t } = useTranslation("journeys");
  const { when } = useFormat();
  const segment = useSegmentName();
  if (rehearsals.length < 2) return null;
  const options = rehearsals.map((one) => ({ value: one.id, label: `${when(one.asked_at)} (${one.segment_id ? segment(one.segment_id) : `${when(one.since, "day")} – ${when(one.until, "day")}`})` }));
  return (
    <Flex gap="small" align="center" wrap>
      <span>{t("rehearsal.past")}</span>
      <Select aria-label={t("rehearsal.past")} value={value} options={options} onChange={onChange} style={{ minWidth: 300 }} />
    </Flex>
  );
}

function useSegmentName(): (id: number) => string {
  const segments = useSegments().data ?? [];
  return (id) => segments.find((one) => one.id === id)?.name ?? `#${id}`;
}

function One({ id }: { id: number }) {
  const { t } = useTranslation("journeys");
  const segment = useSegmentName();
  const language = useLanguage();
  const text = useErrorText();
  const { zone } = useBrand();
  const query = useQuery<Asked>({
    queryKey: [...JOURNEYS, "rehearsal", id],
    refetchInterval: ({ state }) => (!state.data || state.data.state === "waiting" || state.data.state === "running" ? 1000 : false),
    queryFn: ({ signal }) => answered(api.GET("/api/v1/journeys/rehearsals/{rehearsal_id}", { signal, params: { path: { rehearsal_id: id } } })),
  });
  if (!query.data) return query.error ? <Alert type="error" title={text(query.error)} /> : <Loading />;
  const { state, result, problem, since, until, segment_id } = query.data;
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
        {segment_id && `${t("rehearsal.brought", { segment: segment(segment_id) })} `}
        <When at={since} precision={segment_id ? "minute" : "day"} /> – <When at={until} precision="day" />
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
