import { answered, api, type Schema } from "@siyu/api";
import { ChartFrame, Count, Empty, Opener, useBrand, useFormat, useInAddress, type ChartColumn } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Flex, Segmented } from "antd";
import dayjs from "dayjs";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import type { Segment } from "../segment";
import { everyDay } from "./days";
import { Movers } from "./Movers";

type Day = Schema<"DayMoves">;
const PERIODS = ["30", "7", "90"] as const;

/** Who came in and who left, day by day. */
export function Moves({ segment }: { segment: Segment }) {
  const { t } = useTranslation("segments");
  const { zone } = useBrand();
  const format = useFormat();
  const may = useMay();
  const [period, choose] = useInAddress("days");
  const [chosen, chooseDay] = useInAddress("day");
  const days = PERIODS.find((one) => one === period) ?? "30";
  const [now] = useState(() => Date.now());
  const today = format.when(now, "day");
  const first = dayjs(today).subtract(Number(days) - 1, "day").format("YYYY-MM-DD");
  const query = useQuery({
    queryKey: ["segments", segment.id, "moves", first, today, zone],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/segments/{segment_id}/moves", { signal, params: { path: { segment_id: segment.id }, query: { from: first, to: today } } })),
    refetchInterval: 30_000,
  });
  const rows = useMemo(() => query.data && everyDay(query.data, first, today), [query.data, first, today]);
  const option = useMemo(() => {
    const shown = rows ?? [];
    return {
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      legend: { top: 4 },
      tooltip: { trigger: "axis", valueFormatter: (value: number) => format.count(Math.abs(value)) },
      xAxis: { type: "category", data: shown.map((one) => one.day.slice(5)), axisTick: { show: false } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { formatter: (value: number) => format.count(Math.abs(value), true) } },
      series: [
        { type: "bar", stack: "moves", name: t("moves.entered"), data: shown.map((one) => one.entered) },
        { type: "bar", stack: "moves", name: t("moves.left"), data: shown.map((one) => -one.left) },
      ],
    };
  }, [rows, format, t]);
  const columns: ChartColumn<Day>[] = [
    { title: t("moves.day"), value: (one) => one.day, shown: (one) => <Opener size="small" onClick={() => chooseDay(one.day)}>{one.day}</Opener> },
    { title: t("moves.entered"), value: (one) => one.entered, shown: (one) => <Count value={one.entered} /> },
    { title: t("moves.left"), value: (one) => one.left, shown: (one) => <Count value={one.left} /> },
    { title: t("moves.net"), value: (one) => one.entered - one.left, shown: (one) => <Count value={one.entered - one.left} /> },
  ];
  const day = rows?.some((one) => one.day === chosen) ? chosen : null;
  const chart = (
    <ChartFrame
      title={t("moves.title")}
      what={t("moves.what")}
      option={option}
      rows={rows?.some((one) => one.entered || one.left) === false ? [] : rows}
      empty={<Empty title={t("moves.none")} />}
      columns={columns}
      file={`segment-${segment.id}-moves`}
      error={query.data ? undefined : query.error}
      onRetry={() => void query.refetch()}
      onSelect={({ dataIndex }) => chooseDay((dataIndex !== undefined && rows?.[dataIndex]?.day) || null)}
      actions={<Segmented size="small" aria-label={t("moves.period")} value={days} options={[...PERIODS].sort((a, b) => Number(a) - Number(b)).map((value) => ({ value, label: t("moves.days", { days: value }) }))} onChange={(value) => choose(value === "30" ? null : value, true)} />}
    />
  );
  return (
    <Flex vertical gap="middle">
      {chart}
      {may("customers.read") && <Movers segment={segment} first={first} last={today} day={day} onEveryDay={() => chooseDay(null)} />}
    </Flex>
  );
}
