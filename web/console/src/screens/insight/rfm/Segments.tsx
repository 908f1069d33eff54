import type { Schema } from "@siyu/api";
import { ChartFrame, useFormat, useLanguage, type ChartColumn } from "@siyu/kit";
import { theme } from "antd";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useAddress } from "../people/address";
import type { RfmTable } from "./Rfm";

type Segment = Schema<"RfmSegmentCount">;

/** The eight named segments: how many they are, what they brought, what to do with them. */
export function Segments({ table }: { table: RfmTable }) {
  const { t } = useTranslation("insight");
  const language = useLanguage();
  const format = useFormat();
  const { token } = theme.useToken();
  const { change, href } = useAddress();
  const name = useCallback((segment: Segment): string => (language === "zh" ? segment.zh : segment.en), [language]);
  const net = table.segments.reduce((sum, segment) => sum + segment.net_fen, 0);
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
      legend: { top: 4 },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value: number) => format.share(value) },
      xAxis: { type: "value", axisLabel: { formatter: (value: number) => format.share(value, 0) } },
      yAxis: { type: "category", inverse: true, data: table.segments.map(name), axisTick: { show: false } },
      series: [
        {
          type: "bar",
          name: t("rfm.shareOfCustomers"),
          data: table.segments.map((segment) => segment.customers / table.customers),
          label: { show: true, position: "right", color: token.colorTextSecondary, formatter: ({ dataIndex }: { dataIndex: number }) => format.count(table.segments[dataIndex]?.customers ?? 0) },
        },
        { type: "bar", name: t("rfm.shareOfMoney"), data: table.segments.map((segment) => (net > 0 ? Math.max(0, segment.net_fen) / net : 0)) },
      ],
    }),
    [table.segments, table.customers, name, t, token.colorTextSecondary, format, net],
  );
  const people = (segment: Segment) => href({ segment: segment.name, r: null, f: null });
  const columns: ChartColumn<Segment>[] = [
    { title: t("rfm.segment"), value: name, shown: (segment) => <Link to={people(segment)}>{name(segment)}</Link> },
    { title: t("rfm.customers"), value: (segment) => segment.customers, shown: (segment) => format.count(segment.customers) },
    { title: t("rfm.net"), value: (segment) => segment.net_fen / 100, shown: (segment) => format.money(segment.net_fen) },
    { title: t("rfm.todo"), value: (segment) => t(`rfm.do_${segment.name}`) },
  ];
  return (
    <ChartFrame
      title={t("rfm.segments")}
      what={t("rfm.segmentsWhat")}
      option={option}
      rows={table.segments}
      columns={columns}
      file="rfm-segments"
      height={440}
      onSelect={({ dataIndex }) => {
        const segment = table.segments[dataIndex ?? -1];
        if (segment) change({ segment: segment.name, r: null, f: null });
      }}
    />
  );
}
