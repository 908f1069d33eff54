import { between, ChartFrame, readable, useFormat, type ChartColumn } from "@siyu/kit";
import { theme } from "antd";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { brightest, cellsOf, cohortName, measured, totalAt, writeCell, type Cell, type Cohort, type Measure, type Total } from "./matrix";
import type { Asked } from "./Retention";

/** How many periods fit beside each other. */
const MOST = 24;

interface Props {
  asked: Asked;
  cohorts: readonly Cohort[];
  total: Total;
}

interface Line {
  start: string | null;
  customers: number;
  value: (offset: number) => number | null;
}

/** A figure of a measure, as text. */
export function useMeasured(measure: Measure, short = false): (value: number) => string {
  const format = useFormat();
  return useCallback(
    (value: number) => {
      if (measure === "rate") return format.share(value);
      if (measure === "net") return short ? format.money(Math.round(value), true).replace(/\.\d\d$/, "") : format.money(Math.round(value));
      return format.count(value, short);
    },
    [measure, short, format],
  );
}

/** One row a cohort, one column a period after the first purchase; the darker, the more came back. */
export function HeatMap({ asked, cohorts, total }: Props) {
  const { t } = useTranslation("insight");
  const { measure, period, change, href } = asked;
  const shown = useMeasured(measure);
  const last = Math.min(MOST, Math.max(0, ...cohorts.map((cohort) => cohort.active.length - 1)));
  const option = useOption(asked, cohorts, last);
  const lines: Line[] = [
    { start: null, customers: total.customers, value: (offset) => totalAt(total, offset, measure) },
    ...cohorts.map((cohort) => ({ start: cohort.start, customers: cohort.customers, value: (offset: number) => measured(cohort, offset, measure) })),
  ];
  const columns: ChartColumn<Line>[] = [
    { title: t("retention.cohort"), value: (line) => line.start ?? t("retention.all"), shown: (line) => (line.start ? cohortName(line.start, period) : t("retention.all")) },
    { title: t("retention.customers"), value: (line) => line.customers },
    ...Array.from({ length: last + 1 }, (_, offset) => ({
      title: t(`period.after_${period}`, { n: String(offset) }),
      value: (line: Line) => inFile(line.value(offset), measure),
      shown: (line: Line) => {
        const value = line.value(offset);
        if (value === null) return "";
        return <Link to={href({ cell: writeCell(line.start, offset) })}>{shown(value)}</Link>;
      },
    })),
  ];
  return (
    <ChartFrame
      title={t("retention.map")}
      what={t(`measure.what_${measure}`)}
      option={option}
      rows={lines}
      columns={columns}
      file={`retention-${period}-${measure}`}
      height={Math.max(220, 70 + cohorts.length * 30)}
      onSelect={({ data }) => {
        const cell = (data as { cell?: string } | undefined)?.cell;
        if (cell) change({ cell });
      }}
    />
  );
}

/** Money leaves in yuan, shares to a ten-thousandth. */
function inFile(value: number | null, measure: Measure): number | null {
  if (value === null) return null;
  return measure === "net" ? value / 100 : measure === "rate" ? Math.round(value * 10_000) / 10_000 : value;
}

function useOption(asked: Asked, cohorts: readonly Cohort[], last: number) {
  const { t } = useTranslation("insight");
  const { token } = theme.useToken();
  const { measure, period } = asked;
  const short = useMeasured(measure, true);
  const shown = useMeasured(measure);
  const format = useFormat();
  return useMemo(() => {
    const cells = cellsOf(cohorts, measure, MOST);
    const most = brightest(cells);
    const starts = cohorts.map((cohort) => cohort.start);
    const sizes = new Map(cohorts.map((cohort) => [cohort.start, cohort.customers]));
    const tip = (cell: Cell): string =>
      [
        `<b>${t("retention.cohortOf", { cohort: cohortName(cell.cohort, period) })}</b> · ${t(`period.after_${period}`, { n: String(cell.offset) })}`,
        `${t(`measure.${measure}`)}: <b>${shown(cell.value)}</b>`,
        t("retention.cameBack", { people: format.count(cell.people), customers: format.count(cell.customers) }),
        ...(cell.running ? [t("retention.running")] : []),
      ].join("<br/>");
    return {
      grid: { left: 8, right: 8, top: 28, bottom: 8, containLabel: true },
      tooltip: { formatter: (params: { data: { of: Cell } }) => tip(params.data.of) },
      xAxis: { type: "category", position: "top", data: Array.from({ length: last + 1 }, (_, k) => t(`period.short_${period}`, { n: String(k) })), axisTick: { show: false }, splitLine: { show: false } },
      yAxis: {
        type: "category",
        inverse: true,
        data: starts,
        axisTick: { show: false },
        splitLine: { show: false },
        axisLabel: { formatter: (start: string) => `${cohortName(start, period)}  (${format.count(sizes.get(start) ?? 0)})` },
      },
      visualMap: { show: false, min: 0, max: most, inRange: { color: [token.colorPrimaryBg, token.colorPrimary] } },
      series: [
        {
          type: "heatmap",
          itemStyle: { borderColor: token.colorBgContainer, borderWidth: 2, borderRadius: 3 },
          emphasis: { itemStyle: { borderColor: token.colorText, borderWidth: 1 } },
          data: cells.map((cell) => ({
            value: [cell.offset, starts.indexOf(cell.cohort), cell.value],
            of: cell,
            cell: writeCell(cell.cohort, cell.offset),
            label: {
              show: last <= 18,
              formatter: short(cell.value) + (cell.running && cell.offset > 0 ? "*" : ""),
              color: readable(["#ffffff", "#000000"], between(token.colorPrimaryBg, token.colorPrimary, most ? Math.min(1, cell.value / most) : 0), false),
            },
          })),
        },
      ],
    };
  }, [cohorts, measure, last, token.colorPrimaryBg, token.colorPrimary, token.colorBgContainer, token.colorText, t, period, shown, format, short]);
}
