import { ChartFrame, Empty, useFormat, type ChartColumn } from "@siyu/kit";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Economy } from "../rewards";

type Cohort = Economy["cohorts"][number];

/** What became of the points of those who first had some in the same month. */
export function Cohorts({ cohorts }: { cohorts: readonly Cohort[] }) {
  const { t } = useTranslation("rewards");
  const { count, share } = useFormat();
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 24, top: 40, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis", valueFormatter: (value: number) => count(value) },
      legend: { top: 4, type: "scroll" },
      xAxis: { type: "category", data: cohorts.map((one) => one.month.slice(0, 7)) },
      yAxis: { type: "value", axisLabel: { formatter: (value: number) => count(value, true) } },
      series: (["spent", "expired", "left"] as const).map((part) => ({ type: "bar", stack: "points", name: t(`cohort.${part}`), data: cohorts.map((one) => one[part]) })),
    }),
    [cohorts, count, t],
  );
  const burn = (one: Cohort): number | null => (one.issued > 0 ? one.spent / one.issued : null);
  const columns: ChartColumn<Cohort>[] = [
    { title: t("cohort.month"), value: (one) => one.month.slice(0, 7) },
    { title: t("cohort.people"), value: (one) => one.people, shown: (one) => count(one.people) },
    { title: t("economy.issued"), value: (one) => one.issued, shown: (one) => count(one.issued) },
    { title: t("cohort.spent"), value: (one) => one.spent, shown: (one) => count(one.spent) },
    { title: t("cohort.expired"), value: (one) => one.expired, shown: (one) => count(one.expired) },
    { title: t("cohort.left"), value: (one) => one.left, shown: (one) => count(one.left) },
    { title: t("economy.owed"), value: (one) => one.owed, shown: (one) => count(one.owed) },
    { title: t("economy.burn"), value: burn, shown: (one) => { const found = burn(one); return found === null ? "—" : share(found); } },
  ];
  return <ChartFrame<Cohort> title={t("cohort.title")} what={t("cohort.what")} option={option} rows={cohorts} columns={columns} file="points-cohorts" empty={<Empty title={t("cohort.none")} />} />;
}
