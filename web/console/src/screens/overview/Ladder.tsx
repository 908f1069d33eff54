import type { Schema } from "@siyu/api";
import { ChartFrame, useFormat, useLanguage, type ChartColumn } from "@siyu/kit";
import { theme } from "antd";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useAddress } from "../insight/people/address";

export type Layer = Schema<"LadderLayer">;

export function useLayerName(): (layer: Layer) => string {
  const language = useLanguage();
  return useCallback((layer: Layer) => (language === "zh" ? layer.zh : layer.en), [language]);
}

/** Who stands where on the ladder of relations, the closest on top. */
export function Ladder({ layers }: { layers: readonly Layer[] }) {
  const { t } = useTranslation("overview");
  const format = useFormat();
  const { token } = theme.useToken();
  const name = useLayerName();
  const { change, href } = useAddress();
  const all = layers.reduce((sum, layer) => sum + layer.customers, 0);
  const inward = useMemo(() => [...layers].reverse(), [layers]);
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 110, top: 8, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      xAxis: { type: "value", show: false },
      yAxis: { type: "category", inverse: true, data: inward.map(name), axisTick: { show: false } },
      series: [
        {
          type: "bar",
          barMaxWidth: 32,
          colorBy: "data",
          itemStyle: { borderRadius: [0, 4, 4, 0] },
          data: inward.map((layer) => layer.customers),
          label: { show: true, color: token.colorText, position: "right", formatter: ({ value }: { value: number }) => `${format.count(value)} · ${format.share(all ? value / all : 0)}` },
        },
      ],
    }),
    [all, format, inward, name, token.colorText],
  );
  const columns: ChartColumn<Layer>[] = [
    { title: t("ladder.layer"), value: name, shown: (layer) => <Link to={href({ people: `layer${layer.layer}` })}>{name(layer)}</Link> },
    { title: t("ladder.customers"), value: (layer) => layer.customers, shown: (layer) => format.count(layer.customers) },
    { title: t("ladder.share"), value: (layer) => (all ? layer.customers / all : 0), shown: (layer) => format.share(all ? layer.customers / all : 0) },
  ];
  return (
    <ChartFrame
      title={t("ladder.title")}
      what={t("ladder.what")}
      option={option}
      rows={all ? inward : []}
      columns={columns}
      file="ladder"
      height={300}
      onSelect={({ dataIndex }) => {
        const layer = inward[dataIndex ?? -1];
        if (layer) change({ people: `layer${layer.layer}` });
      }}
    />
  );
}
