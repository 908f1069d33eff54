import type { Schema } from "@siyu/api";
import { ChartFrame, Count, Money, useFormat, type ChartColumn } from "@siyu/kit";
import { Segmented, theme } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { oneOf, useAddress } from "../people/address";
import type { RfmTable } from "./Rfm";
import { rangeOf } from "./scores";

type Square = Schema<"RfmSquare">;
const SCORES = [1, 2, 3, 4, 5] as const;
const SHOWN = ["customers", "mean"] as const;

/** What the scores stand for, in words. */
export function useRanges(table: RfmTable) {
  const { t } = useTranslation("insight");
  return useMemo(() => {
    const said = (range: { above: number | null; upTo: number | null }, unit: "days" | "times"): string => {
      const { above, upTo } = range;
      if (above === null && upTo === null) return t("rfm.anyValue");
      if (above === null) return t(`rfm.upTo_${unit}`, { to: String(upTo) });
      if (upTo === null) return t(`rfm.above_${unit}`, { from: String(above) });
      // Where many customers are alike two bounds are equal, and nobody has the score between them.
      if (upTo <= above) return t("rfm.nobody");
      if (upTo === above + 1) return t(`rfm.just_${unit}`, { n: String(upTo) });
      return t(`rfm.between_${unit}`, { from: String(above + 1), to: String(upTo) });
    };
    return {
      r: (score: number) => said(rangeOf(score, table.days_bounds, true), "days"),
      f: (score: number) => said(rangeOf(score, table.orders_bounds), "times"),
    };
  }, [t, table]);
}

/** The grid of recency and frequency. */
export function Grid({ table }: { table: RfmTable }) {
  const { t } = useTranslation("insight");
  const format = useFormat();
  const { token } = theme.useToken();
  const { search, change, href } = useAddress();
  const ranges = useRanges(table);
  const shown = oneOf(search.get("show"), SHOWN);
  const option = useMemo(() => {
    const value = (square: Square): number => (shown === "mean" ? square.mean_fen : square.customers);
    const most = Math.max(1, ...table.grid.map(value));
    return {
      grid: { left: 8, right: 8, top: 8, bottom: 8, containLabel: true },
      tooltip: {
        formatter: ({ data: { of } }: { data: { of: Square } }) =>
          [`R${of.r}: ${ranges.r(of.r)}`, `F${of.f}: ${ranges.f(of.f)}`, `${t("rfm.customers")}: <b>${format.count(of.customers)}</b>`, `${t("rfm.mean")}: <b>${format.money(of.mean_fen)}</b>`].join("<br/>"),
      },
      xAxis: { type: "category", data: SCORES.map((score) => `F${score}\n${ranges.f(score)}`), axisTick: { show: false }, splitLine: { show: false }, axisLabel: { interval: 0 } },
      yAxis: { type: "category", data: SCORES.map((score) => `R${score}\n${ranges.r(score)}`), axisTick: { show: false }, splitLine: { show: false } },
      visualMap: { show: false, min: 0, max: most, inRange: { color: [token.colorPrimaryBg, token.colorPrimary] } },
      series: [
        {
          type: "heatmap",
          itemStyle: { borderColor: token.colorBgContainer, borderWidth: 3, borderRadius: 4 },
          data: table.grid.map((square) => ({
            value: [square.f - 1, square.r - 1, value(square)],
            of: square,
            label: {
              show: true,
              formatter: shown === "mean" ? format.money(square.mean_fen, true).replace(/\.\d\d$/, "") : format.count(square.customers, true),
              color: value(square) > most * 0.55 ? token.colorBgContainer : token.colorText,
            },
          })),
        },
      ],
    };
  }, [table.grid, token.colorPrimaryBg, token.colorPrimary, token.colorBgContainer, token.colorText, shown, ranges, t, format]);
  const columns: ChartColumn<Square>[] = [
    { title: "R × F", value: (one) => `R${one.r} F${one.f}`, shown: (one) => <Link to={href({ r: String(one.r), f: String(one.f), segment: null })}>{`R${one.r} F${one.f}`}</Link> },
    { title: t("rfm.customers"), value: (one) => one.customers, shown: (one) => <Count value={one.customers} /> },
    { title: t("rfm.net"), value: (one) => one.net_fen / 100, shown: (one) => <Money fen={one.net_fen} /> },
    { title: t("rfm.mean"), value: (one) => one.mean_fen / 100, shown: (one) => <Money fen={one.mean_fen} /> },
    { title: t("rfm.meanM"), value: (one) => Math.round(one.mean_m * 100) / 100 },
  ];
  return (
    <ChartFrame
      title={t("rfm.grid")}
      what={t("rfm.gridWhat")}
      option={option}
      rows={table.grid}
      columns={columns}
      file="rfm-grid"
      height={440}
      actions={
        <Segmented
          size="small"
          aria-label={t("rfm.show")}
          value={shown}
          options={SHOWN.map((value) => ({ value, label: t(`rfm.show_${value}`) }))}
          onChange={(value) => change({ show: value === "customers" ? null : value }, true)}
        />
      }
      onSelect={({ data }) => {
        const square = (data as { of?: Square } | undefined)?.of;
        if (square) change({ r: String(square.r), f: String(square.f), segment: null });
      }}
    />
  );
}
