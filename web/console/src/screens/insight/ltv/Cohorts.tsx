import { answered, api, type Schema } from "@siyu/api";
import { ChartFrame, Loaded, Money, useFormat, useLanguage, type ChartColumn, type Clicked } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Flex, Form, Segmented, Typography } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { oneOf, useAddress } from "../people/address";
import { cohortName, usualFrom, writeCell } from "../retention/matrix";

type Cohort = Schema<"LtvCohort">;
const PERIODS = ["month", "week"] as const;
/** Lines that can still be told apart; the table has all. */
const LINES = 8;

/** LTV by cohort: what each customer had brought so many periods after the first purchase. */
export function Cohorts() {
  const { t } = useTranslation("insight");
  const { search, change } = useAddress();
  const [now] = useState(() => new Date());
  const period = oneOf(search.get("period"), PERIODS);
  const from = usualFrom(now, period);
  const query = useQuery({
    queryKey: ["insight", "ltv", period, from],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/ltv", { signal, params: { query: { period, by: "none", cohorts_from: from } } })),
  });
  return (
    <Flex vertical gap="middle">
      <Form layout="inline" component="div">
        <Form.Item label={t("period.label")}>
          <Segmented aria-label={t("period.label")} value={period} options={PERIODS.map((value) => ({ value, label: t(`period.${value}`) }))} onChange={(value) => change({ period: value === "month" ? null : value })} />
        </Form.Item>
      </Form>
      <Loaded query={query}>{(table) => <Lines cohorts={table.cohorts} period={period} definitions={table.definitions} />}</Loaded>
    </Flex>
  );
}

function each(cohort: Cohort, k: number): number | null {
  const net = cohort.net_fen[k];
  return net === undefined || cohort.customers === 0 ? null : Math.floor(net / cohort.customers);
}

function Lines({ cohorts, period, definitions }: { cohorts: readonly Cohort[]; period: "month" | "week"; definitions: Schema<"Stated"> }) {
  const { t } = useTranslation("insight");
  const language = useLanguage();
  const format = useFormat();
  const navigate = useNavigate();
  const last = Math.max(0, ...cohorts.map((cohort) => cohort.net_fen.length - 1));
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 24, top: 40, bottom: 8, containLabel: true },
      legend: { top: 4, type: "scroll" },
      tooltip: { trigger: "axis", valueFormatter: (value: number | null) => (value === null ? "" : format.money(value)) },
      xAxis: { type: "category", boundaryGap: false, data: Array.from({ length: last + 1 }, (_, k) => t(`period.short_${period}`, { n: String(k) })) },
      yAxis: { type: "value", axisLabel: { formatter: (value: number) => format.money(Math.round(value), true).replace(/\.00$/, "") } },
      series: spaced(cohorts).map((cohort) => ({ type: "line", name: cohortName(cohort.start, period), data: Array.from({ length: last + 1 }, (_, k) => each(cohort, k)) })),
    }),
    [last, cohorts, format, t, period],
  );
  const people = (cohort: Cohort): string => `/insight/retention?period=${period}&measure=net&cell=${writeCell(cohort.start, 0)}`;
  const columns: ChartColumn<Cohort>[] = [
    {
      title: t("retention.cohort"),
      value: (cohort) => cohort.start,
      shown: (cohort) => <Link to={people(cohort)}>{cohortName(cohort.start, period)}</Link>,
    },
    { title: t("retention.customers"), value: (cohort) => cohort.customers, shown: (cohort) => <Link to={people(cohort)}>{format.count(cohort.customers)}</Link> },
    { title: t("ltv.each"), value: (cohort) => (each(cohort, cohort.net_fen.length - 1) ?? 0) / 100, shown: (cohort) => <Money fen={each(cohort, cohort.net_fen.length - 1)} /> },
    ...Array.from({ length: last + 1 }, (_, k) => ({
      title: t(`period.after_${period}`, { n: String(k) }),
      value: (cohort: Cohort) => (each(cohort, k) === null ? null : (each(cohort, k) ?? 0) / 100),
      shown: (cohort: Cohort) => (each(cohort, k) === null ? "" : <Money fen={each(cohort, k)} />),
    })),
  ];
  const select = ({ seriesName }: Clicked): void => {
    const cohort = cohorts.find((one) => cohortName(one.start, period) === seriesName);
    if (cohort) void navigate(people(cohort));
  };
  return (
    <>
      <ChartFrame title={t("ltv.byCohort")} what={t("ltv.byCohortWhat")} option={option} rows={cohorts} columns={columns} file={`ltv-cohorts-${period}`} height={400} onSelect={select} />
      <Typography.Text type="secondary">{language === "zh" ? definitions.zh : definitions.en}</Typography.Text>
    </>
  );
}

/** Some of the cohorts, evenly over time, with the oldest and the newest. */
function spaced(cohorts: readonly Cohort[]): readonly Cohort[] {
  if (cohorts.length <= LINES) return cohorts;
  const step = (cohorts.length - 1) / (LINES - 1);
  return Array.from({ length: LINES }, (_, index) => cohorts[Math.round(index * step)]).filter((cohort) => cohort !== undefined);
}
