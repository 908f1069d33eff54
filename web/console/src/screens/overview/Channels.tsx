import { ChartFrame, useFormat, type ChartColumn } from "@siyu/kit";
import { theme } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { knownOn, type KnownOn } from "./figures";

/** The known customers by how many channels they are known on. */
export function Channels({ counts }: { counts: Readonly<Record<string, number>> }) {
  const { t } = useTranslation("overview");
  const format = useFormat();
  const { token } = theme.useToken();
  const rows = useMemo(() => knownOn(counts), [counts]);
  const all = rows.reduce((sum, row) => sum + row.customers, 0);
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 110, top: 8, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      xAxis: { type: "value", show: false },
      yAxis: { type: "category", inverse: true, data: rows.map((row) => t("channels.on", { count: row.channels })), axisTick: { show: false } },
      series: [
        {
          type: "bar",
          barMaxWidth: 24,
          itemStyle: { borderRadius: [0, 4, 4, 0] },
          data: rows.map((row) => row.customers),
          label: { show: true, color: token.colorText, position: "right", formatter: ({ value }: { value: number }) => `${format.count(value)} · ${format.share(all ? value / all : 0)}` },
        },
      ],
    }),
    [all, format, rows, t, token.colorText],
  );
  const columns: ChartColumn<KnownOn>[] = [
    { title: t("channels.channels"), value: (row) => row.channels, shown: (row) => t("channels.on", { count: row.channels }) },
    { title: t("channels.customers"), value: (row) => row.customers, shown: (row) => format.count(row.customers) },
    { title: t("channels.share"), value: (row) => (all ? row.customers / all : 0), shown: (row) => format.share(all ? row.customers / all : 0) },
  ];
  return <ChartFrame title={t("channels.title")} what={t("channels.what")} option={option} rows={all ? rows : []} columns={columns} file="known-on-channels" height={40 + 32 * rows.length} />;
}
