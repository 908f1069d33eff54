import { answered, api } from "@siyu/api";
import { ChartFrame, Loaded, Money, useFormat, type ChartColumn } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Flex, Form, Segmented, theme } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { oneOf, useAddress } from "../people/address";
import { useGroupName } from "../people/names";
import { PeopleDrawer } from "../people/PeopleDrawer";
import { quantile, type Spread } from "./bins";

const BYS = ["platform", "shop", "source"] as const;
const BARS = 15;

/** LTV by where the first purchase was. */
export function Channels() {
  const { t } = useTranslation("insight");
  const { search, change } = useAddress();
  const by = oneOf(search.get("by"), BYS);
  const query = useQuery({
    queryKey: ["insight", "ltv", "spread", by],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/ltv/spread", { signal, params: { query: { by } } })),
  });
  return (
    <Flex vertical gap="middle">
      <Form layout="inline" component="div">
        <Form.Item label={t("by.label")}>
          <Segmented aria-label={t("by.label")} value={by} options={BYS.map((value) => ({ value, label: t(`by.${value}`) }))} onChange={(value) => change({ by: value === "platform" ? null : value, group: null })} />
        </Form.Item>
      </Form>
      <Loaded query={query}>
        {(table) => (
          <>
            <Bars groups={table.groups} levels={table.levels} by={by} />
            <ChannelPeople by={by} until={table.until} groups={table.groups} />
          </>
        )}
      </Loaded>
    </Flex>
  );
}

type By = (typeof BYS)[number];

function mean(group: Spread): number {
  return group.customers ? Math.floor(group.net_fen / group.customers) : 0;
}

function Bars({ groups, levels, by }: { groups: readonly Spread[]; levels: readonly number[]; by: By }) {
  const { t } = useTranslation("insight");
  const format = useFormat();
  const { token } = theme.useToken();
  const name = useGroupName(by);
  const { change, href } = useAddress();
  const shown = useMemo(() => groups.slice(0, BARS), [groups]);
  const names = shown.map((group) => name(group.group)).join("\n");
  const option = useMemo(() => {
    const money = (value: number): string => format.money(Math.round(value), true).replace(/\.00$/, "");
    return {
      grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
      legend: { top: 4 },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value: number) => format.money(value) },
      xAxis: { type: "value", axisLabel: { formatter: money } },
      yAxis: { type: "category", inverse: true, data: names.split("\n"), axisTick: { show: false } },
      series: [
        { type: "bar", name: t("ltv.mean"), data: shown.map(mean), label: { show: true, color: token.colorText, position: "right", formatter: ({ value }: { value: number }) => money(value) } },
        { type: "bar", name: t("ltv.median"), data: shown.map((group) => quantile(levels, group.quantiles_fen, 0.5)) },
      ],
    };
  }, [names, t, shown, token.colorText, format, levels]);
  const columns: ChartColumn<Spread>[] = [
    { title: t(`by.${by}`), value: (group) => name(group.group), shown: (group) => <Link to={href({ group: group.group || "-" })}>{name(group.group)}</Link> },
    { title: t("ltv.customers"), value: (group) => group.customers, shown: (group) => format.count(group.customers) },
    { title: t("ltv.net"), value: (group) => group.net_fen / 100, shown: (group) => <Money fen={group.net_fen} /> },
    { title: t("ltv.mean"), value: (group) => mean(group) / 100, shown: (group) => <Money fen={mean(group)} /> },
    ...levels.map((level, index) => ({
      title: t("ltv.quantile", { level: format.share(level, 0) }),
      value: (group: Spread) => (group.quantiles_fen[index] ?? 0) / 100,
      shown: (group: Spread) => <Money fen={group.quantiles_fen[index]} />,
    })),
  ];
  return (
    <ChartFrame
      title={t("ltv.byChannel")}
      what={t("ltv.byChannelWhat")}
      option={option}
      rows={groups}
      columns={columns}
      file={`ltv-${by}`}
      height={80 + shown.length * 52}
      onSelect={({ dataIndex }) => {
        const group = shown[dataIndex ?? -1];
        if (group) change({ group: group.group || "-" });
      }}
    />
  );
}

function ChannelPeople({ by, until, groups }: { by: By; until: string; groups: readonly Spread[] }) {
  const { t } = useTranslation("insight");
  const { search, change } = useAddress();
  const name = useGroupName(by);
  const asked = search.get("group");
  const group = groups.find((one) => (one.group || "-") === asked)?.group;
  return (
    <PeopleDrawer
      open={group !== undefined}
      title={group !== undefined && t("ltv.peopleFrom", { group: name(group) })}
      queryKey={["ltv", "channel", by, group, until]}
      load={async (cursor, signal) => {
        return await answered(api.GET("/api/v1/insight/ltv/people", { signal, params: { query: { by, group, until, cursor } } }));
      }}
      onClose={() => change({ group: null })}
    />
  );
}
