import type { Schema } from "@siyu/api";
import { ChartFrame, Money, useFormat, type ChartColumn } from "@siyu/kit";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

type Point = Schema<"LifetimePoint">;

/** The value of the base as each refit saw it: actual and predicted. */
export function History({ points, height = 280 }: { points: readonly Point[]; height?: number }) {
  const { t } = useTranslation("insight");
  const format = useFormat();
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 24, top: 40, bottom: 8, containLabel: true },
      legend: { top: 4 },
      tooltip: { trigger: "axis", valueFormatter: (value: number | null) => (value === null ? "" : format.money(value)) },
      xAxis: { type: "category", boundaryGap: false, data: points.map((point) => point.as_of) },
      yAxis: { type: "value", scale: true, axisLabel: { formatter: (value: number) => format.money(Math.round(value), true) } },
      series: [
        { type: "line", name: t("ltv.soFar"), data: points.map((point) => point.actual_fen), symbol: points.length < 30 ? "circle" : "none" },
        { type: "line", name: t("ltv.predicted"), data: points.map((point) => point.predicted_fen), symbol: points.length < 30 ? "circle" : "none", lineStyle: { type: "dashed" } },
      ],
    }),
    [points, t, format],
  );
  const columns: ChartColumn<Point>[] = [
    { title: t("ltv.asOf"), value: (point) => point.as_of },
    { title: t("ltv.buyers"), value: (point) => point.customers },
    { title: t("ltv.soFar"), value: (point) => point.actual_fen / 100, shown: (point) => <Money fen={point.actual_fen} /> },
    { title: t("ltv.predicted"), value: (point) => (point.predicted_fen === null ? null : point.predicted_fen / 100), shown: (point) => <Money fen={point.predicted_fen} /> },
  ];
  return <ChartFrame title={t("ltv.history")} what={t("ltv.historyWhat")} option={option} rows={points} columns={columns} file="ltv-history" height={height} />;
}
