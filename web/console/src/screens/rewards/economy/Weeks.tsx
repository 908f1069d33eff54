import { ChartFrame, Empty, useFormat, type ChartColumn } from "@siyu/kit";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Economy } from "../rewards";

type Week = Economy["weeks"][number];

/** What came and went week by week, and what people had at the end of each. */
export function Weeks({ weeks }: { weeks: readonly Week[] }) {
  const { t } = useTranslation("rewards");
  const { count } = useFormat();
  const option = useMemo(() => {
    const bar = (part: "issued" | "spent" | "expired", name: string, sign: number) => ({ type: "bar", stack: "flow", name, data: weeks.map((one) => sign * one[part]) });
    return {
      grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis", valueFormatter: (value: number) => count(Math.abs(value)) },
      legend: { top: 4, type: "scroll" },
      xAxis: { type: "category", data: weeks.map((one) => one.start) },
      yAxis: [
        { type: "value", axisLabel: { formatter: (value: number) => count(value, true) } },
        { type: "value", axisLabel: { formatter: (value: number) => count(value, true) }, splitLine: { show: false } },
      ],
      // What goes stands below the line.
      series: [
        bar("issued", t("economy.issued"), 1),
        bar("spent", t("economy.spent"), -1),
        bar("expired", t("economy.expired"), -1),
        { type: "line", yAxisIndex: 1, name: t("week.left"), data: weeks.map((one) => one.left), symbol: weeks.length < 30 ? "circle" : "none" },
      ],
    };
  }, [weeks, count, t]);
  const columns: ChartColumn<Week>[] = [
    { title: t("week.start"), value: (one) => one.start },
    ...(["issued", "spent", "expired"] as const).map((part): ChartColumn<Week> => ({ title: t(`economy.${part}`), value: (one) => one[part], shown: (one) => count(one[part]) })),
    { title: t("week.left"), value: (one) => one.left, shown: (one) => count(one.left) },
  ];
  return <ChartFrame<Week> title={t("week.title")} what={t("week.what")} option={option} rows={weeks} columns={columns} file="points-weeks" empty={<Empty title={t("week.none")} />} />;
}
