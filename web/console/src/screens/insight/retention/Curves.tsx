import { ChartFrame, type ChartColumn, type Clicked } from "@siyu/kit";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Changes } from "../people/address";
import { useGroupName } from "../people/names";
import { useMeasured } from "./HeatMap";
import { totalAt, writeCell, type Total } from "./matrix";
import type { Asked } from "./Retention";

/** More lines than that nobody tells apart. */
const GROUPS = 6;
const MOST = 24;

/** All cohorts together, one line a group: who keeps their customers best. */
export function Curves({ asked, totals }: { asked: Asked; totals: readonly Total[] }) {
  const { t } = useTranslation("insight");
  const { measure, period, by, change, href } = asked;
  const shown = useMeasured(measure);
  const group = useGroupName(by);
  const name = (total: Total): string => (by === "none" ? t("retention.all") : group(total.group));
  const cell = (total: Total, offset: number): Changes => ({ cell: writeCell(null, offset), group: by === "none" ? null : total.group });
  const lines = useMemo(() => totals.slice(0, GROUPS), [totals]);
  const last = Math.min(MOST, Math.max(0, ...lines.map((total) => total.active.length - 1)));
  const names = lines.map(name).join("\n");
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 24, top: 40, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis", valueFormatter: (value: number | null) => (value === null ? "" : shown(value)) },
      legend: { top: 4, type: "scroll" },
      xAxis: { type: "category", boundaryGap: false, data: Array.from({ length: last }, (_, k) => t(`period.short_${period}`, { n: String(k + 1) })) },
      yAxis: { type: "value", axisLabel: { formatter: (value: number) => shown(value) } },
      series: lines.map((total, index) => ({
        type: "line",
        name: names.split("\n")[index],
        smooth: false,
        data: Array.from({ length: last }, (_, k) => totalAt(total, k + 1, measure)),
      })),
    }),
    [last, lines, shown, t, period, names, measure],
  );
  const columns: ChartColumn<Total>[] = [
    { title: t("group.label"), value: name },
    { title: t("retention.customers"), value: (total) => total.customers, shown: (total) => <Link to={href(cell(total, 0))}>{total.customers}</Link> },
    { title: t("retention.activeNow"), value: (total) => total.active_now },
    { title: t("retention.repeat"), value: (total) => total.repeat },
    ...Array.from({ length: last }, (_, k) => ({
      title: t(`period.after_${period}`, { n: String(k + 1) }),
      value: (total: Total) => totalAt(total, k + 1, measure),
      shown: (total: Total) => {
        const value = totalAt(total, k + 1, measure);
        return value === null ? "" : <Link to={href(cell(total, k + 1))}>{shown(value)}</Link>;
      },
    })),
  ];
  const select = ({ dataIndex, seriesName }: Clicked): void => {
    const total = lines.find((one) => name(one) === seriesName);
    if (total && dataIndex !== undefined) change(cell(total, dataIndex + 1));
  };
  if (last === 0) return null;
  return (
    <ChartFrame title={t(by === "none" ? "retention.curve" : "retention.curves")} what={t("retention.curveWhat")} option={option} rows={lines} columns={columns} file={`retention-curve-${period}-${by}`} height={260} onSelect={select} />
  );
}
