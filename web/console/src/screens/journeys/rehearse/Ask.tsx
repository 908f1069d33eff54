import { answered, api, type Schema } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, DatePicker, Flex, InputNumber, Segmented, Typography } from "antd";
import dayjs from "dayjs";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { useMay } from "../../../app/session";
import { SegmentSelect } from "../forms/fields";
import { Moment } from "../forms/Times";
import type { Definition, Journey } from "../journey";

type Wanted = Schema<"RehearsalWanted">;

const OVER = ["past", "ahead"] as const;
const LOCAL = "YYYY-MM-DDTHH:mm:ss"; // the brand's clock, as the API reads a moment without a zone

interface Props {
  journey: Journey;
  definition: Definition;
  dirty: boolean;
  queryKey: readonly unknown[];
  onAsked: (id: number) => void;
}

/** Over what happened; or ahead, as if a segment were brought in: what is put in by hand has no history. */
export function Ask({ journey, definition, dirty, queryKey, onAsked }: Props) {
  const { t } = useTranslation("journeys");
  const { trigger } = definition;
  const byHand = trigger.kind === "manual";
  const [over, setOver] = useState<(typeof OVER)[number]>(byHand || trigger.kind === "time" ? "ahead" : "past");
  if (!useMay()("journeys.manage")) return null;
  const same = { journey, dirty, queryKey, onAsked };
  return (
    <>
      {!byHand && <Segmented aria-label={t("rehearsal.over")} value={over} options={OVER.map((value) => ({ value, label: t(`rehearsal.overs.${value}`) }))} onChange={setOver} style={{ alignSelf: "flex-start" }} />}
      {over === "past" ? <Past {...same} /> : <Ahead {...same} segment={trigger.kind === "time" ? trigger.segment : 0} at={trigger.kind === "time" ? trigger.once : null} />}
    </>
  );
}

function Past(props: Omit<Props, "definition">) {
  const { t } = useTranslation("journeys");
  const [now] = useState(() => dayjs());
  const [days, setDays] = useState<[dayjs.Dayjs, dayjs.Dayjs]>([now.subtract(30, "day"), now]);
  const until = days[1].isSame(now, "day") ? null : days[1].format("YYYY-MM-DDT23:59:59");
  return (
    <Asking {...props} wanted={{ since: days[0].format("YYYY-MM-DDT00:00:00"), until }}>
      <span>{t("rehearsal.period")}</span>
      <DatePicker.RangePicker aria-label={t("rehearsal.period")} allowClear={false} maxDate={now} value={days} onChange={(range) => range?.[0] && range[1] && setDays([range[0], range[1]])} />
    </Asking>
  );
}

function Ahead({ segment, at, ...props }: Omit<Props, "definition"> & { segment: number; at: string | null | undefined }) {
  const { t } = useTranslation("journeys");
  const [search] = useSearchParams();
  const [now] = useState(() => dayjs());
  const [whose, setWhose] = useState(Number(search.get("segment")) || segment);
  const [begins, setBegins] = useState(() => (at && dayjs(at.slice(0, 19)).isAfter(now) ? at : null));
  const [days, setDays] = useState(7);
  const until = begins ? dayjs(begins.slice(0, 19)).add(days, "day").format(LOCAL) : now.add(days, "day").toISOString();
  return (
    <Asking {...props} wanted={whose ? { segment: whose, since: begins, until } : null}>
      <span>{t("rehearsal.segment")}</span>
      <div style={{ width: 220 }}>
        <SegmentSelect label={t("rehearsal.segment")} value={whose} onChange={setWhose} />
      </div>
      <span>{t("rehearsal.begins")}</span>
      <Moment label={t("rehearsal.begins")} empty={t("rehearsal.now")} value={begins} onChange={setBegins} />
      <span>{t("rehearsal.lasts")}</span>
      <InputNumber<number> aria-label={t("rehearsal.lasts")} min={1} max={90} precision={0} suffix={t("rehearsal.days")} value={days} onChange={(next) => setDays(next ?? 7)} style={{ width: 100 }} />
    </Asking>
  );
}

function Asking({ journey, dirty, queryKey, onAsked, wanted, children }: Omit<Props, "definition"> & { wanted: Omit<Wanted, "most"> | null; children: ReactNode }) {
  const { t } = useTranslation("journeys");
  const client = useQueryClient();
  const [most, setMost] = useState(300);
  const asking = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/journeys/{journey_id}/rehearsals", { params: { path: { journey_id: journey.id } }, body: { ...wanted, most } })),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey });
      onAsked(id);
    },
  });
  return (
    <>
      <Flex gap="small" align="center" wrap>
        {children}
        <span>{t("rehearsal.most")}</span>
        <InputNumber aria-label={t("rehearsal.most")} min={1} max={2000} precision={0} value={most} onChange={(next) => setMost(next ?? 300)} />
        <Button type="primary" disabled={dirty || !wanted} loading={asking.isPending} onClick={() => asking.mutate()}>
          {t("rehearsal.run")}
        </Button>
        {dirty && <Typography.Text type="warning">{t("rehearsal.unsaved")}</Typography.Text>}
      </Flex>
      <ErrorNote error={asking.error} />
    </>
  );
}
