import { answered, api } from "@siyu/api";
import { ChartFrame, Empty, Loaded, Money, StatCard, useFormat, useLanguage, type ChartColumn } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Alert, Col, Flex, Row, Typography, theme } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Schema } from "@siyu/api";

import { useAddress } from "../people/address";
import { PeopleDrawer } from "../people/PeopleDrawer";
import { binsOf, quantile, readBin, writeBin, type Bin } from "./bins";
import { useBinName } from "./useBinName";

type Table = Schema<"LtvSpreadTable">;

/** How the money is spread over those who bought: actual from the facts, predicted from the last fit. */
export function Spread() {
  const query = useQuery({
    queryKey: ["insight", "ltv", "spread", "none"],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/ltv/spread", { signal, params: { query: { by: "none" } } })),
  });
  return <Loaded query={query}>{(table) => <Shown table={table} />}</Loaded>;
}

function Shown({ table }: { table: Table }) {
  const { t } = useTranslation("insight");
  const language = useLanguage();
  const { everybody, levels } = table;
  const mean = everybody.customers ? Math.floor(everybody.net_fen / everybody.customers) : null;
  const { href } = useAddress();
  /** Who brought at least so much. */
  const from = (low: number | null): string => href({ bin: writeBin({ low: low === null ? null : Math.floor(low), high: null }) });
  const level = (at: number) => <Money fen={quantile(levels, everybody.quantiles_fen, at)} />;
  const cards = [
    { label: t("ltv.buyers"), value: everybody.customers.toLocaleString(), what: t("ltv.buyersWhat"), to: from(null) },
    { label: t("ltv.mean"), value: <Money fen={mean} />, what: t("ltv.meanWhat"), to: from(mean) },
    { label: t("ltv.median"), value: level(0.5), what: t("ltv.medianWhat"), to: from(quantile(levels, everybody.quantiles_fen, 0.5)) },
    { label: t("ltv.p90"), value: level(0.9), what: t("ltv.p90What"), to: from(quantile(levels, everybody.quantiles_fen, 0.9)) },
  ];
  return (
    <Flex vertical gap="middle">
      <Row gutter={[16, 16]}>
        {cards.map((card) => (
          <Col key={card.label} xs={12} lg={6}>
            <StatCard {...card} />
          </Col>
        ))}
      </Row>
      <Histogram table={table} />
      <Predicted />
      <Typography.Text type="secondary">{language === "zh" ? table.definitions.zh : table.definitions.en}</Typography.Text>
      <BinPeople named="bin" until={table.until} />
    </Flex>
  );
}

function Histogram({ table }: { table: Table }) {
  const { t } = useTranslation("insight");
  const format = useFormat();
  const { token } = theme.useToken();
  const { change, href } = useAddress();
  const name = useBinName();
  const bins = useMemo(() => binsOf(table.edges, table.everybody.bins), [table]);
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 16, top: 28, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      xAxis: { type: "category", data: bins.map(name), axisLabel: { rotate: bins.length > 9 ? 35 : 0 } },
      yAxis: { type: "value" },
      series: [{ type: "bar", name: t("ltv.customers"), barCategoryGap: "12%", data: bins.map((bin) => bin.customers), label: { show: true, color: token.colorText, position: "top", formatter: ({ value }: { value: number }) => format.count(value, true) } }],
    }),
    [bins, format, name, t, token.colorText],
  );
  const columns: ChartColumn<Bin>[] = [
    { title: t("ltv.value"), value: name, shown: (bin) => <Link to={href({ bin: writeBin(bin) })}>{name(bin)}</Link> },
    { title: t("ltv.customers"), value: (bin) => bin.customers, shown: (bin) => format.count(bin.customers) },
    { title: t("ltv.share"), value: (bin) => bin.customers / table.everybody.customers, shown: (bin) => format.share(bin.customers / table.everybody.customers) },
  ];
  return (
    <ChartFrame
      title={t("ltv.histogram")}
      what={t("ltv.histogramWhat")}
      option={option}
      rows={bins}
      columns={columns}
      file="ltv-distribution"
      onSelect={({ dataIndex }) => {
        const bin = bins[dataIndex ?? -1];
        if (bin) change({ bin: writeBin(bin) });
      }}
    />
  );
}

/** The people of the bin that the address names: what they had brought by that moment. */
function BinPeople({ named, until }: { named: "bin" | "fitted"; until: string }) {
  const { t } = useTranslation("insight");
  const { search, change } = useAddress();
  const name = useBinName();
  const bin = readBin(search.get(named));
  return (
    <PeopleDrawer
      open={bin !== null}
      title={bin && (bin.low === null && bin.high === null ? t("ltv.buyers") : t("ltv.peopleOf", { bin: name(bin) }))}
      what={t("ltv.peopleWhat")}
      queryKey={["ltv", bin, until]}
      load={async (cursor, signal) => {
        const query = { by: "none" as const, low_fen: bin?.low ?? undefined, high_fen: bin?.high ?? undefined, until, cursor };
        return await answered(api.GET("/api/v1/insight/ltv/people", { signal, params: { query } }));
      }}
      onClose={() => change({ [named]: null })}
    />
  );
}

/** The same for the prediction, or why there is none. */
function Predicted() {
  const { t } = useTranslation("insight");
  const language = useLanguage();
  const name = useBinName();
  const format = useFormat();
  const { change, href } = useAddress();
  const query = useQuery({
    queryKey: ["insight", "lifetime", "distribution"],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/lifetime/distribution", { signal })),
  });
  const bins = query.data?.bins;
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      legend: { top: 4 },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      xAxis: { type: "category", data: (bins ?? []).map((bin) => name({ low: bin.from_fen, high: bin.to_fen })), axisLabel: { rotate: (bins?.length ?? 0) > 9 ? 35 : 0 } },
      yAxis: { type: "value" },
      series: [
        { type: "bar", name: t("ltv.soFar"), data: (bins ?? []).map((bin) => bin.actual_customers) },
        { type: "bar", name: t("ltv.ahead", { months: String(query.data?.months ?? 12) }), data: (bins ?? []).map((bin) => bin.predicted_customers) },
      ],
    }),
    [bins, name, query.data?.months, t],
  );
  if (query.data && query.data.bins.length === 0) {
    return <Alert type="info" showIcon title={t("ltv.noPrediction")} description={language === "zh" ? query.data.reason_zh : query.data.reason} />;
  }
  const columns: ChartColumn<Schema<"ValueBin">>[] = [
    { title: t("ltv.value"), value: (bin) => name({ low: bin.from_fen, high: bin.to_fen }) },
    {
      title: t("ltv.soFar"),
      value: (bin) => bin.actual_customers,
      shown: (bin) => <Link to={href({ fitted: writeBin({ low: bin.from_fen, high: bin.to_fen }) })}>{format.count(bin.actual_customers)}</Link>,
    },
    {
      title: t("ltv.ahead", { months: String(query.data?.months ?? 12) }),
      value: (bin) => bin.predicted_customers,
      shown: (bin) => <Link to={href({ ahead: writeBin({ low: bin.from_fen, high: bin.to_fen }) })}>{format.count(bin.predicted_customers)}</Link>,
    },
  ];
  const fittedAt = query.data?.fitted_at;
  return (
    <>
      <ChartFrame
        title={t("ltv.predictedHistogram")}
        what={t("ltv.predictedWhat")}
        option={option}
        rows={bins}
        columns={columns}
        file="ltv-predicted"
        onSelect={({ dataIndex, seriesName }) => {
          const bin = bins?.[dataIndex ?? -1];
          if (bin) change({ [seriesName === t("ltv.soFar") ? "fitted" : "ahead"]: writeBin({ low: bin.from_fen, high: bin.to_fen }) });
        }}
        loading={query.isPending}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={<Empty />}
      />
      {fittedAt && <BinPeople named="fitted" until={fittedAt} />}
    </>
  );
}
