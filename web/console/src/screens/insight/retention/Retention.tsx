import { answered, api } from "@siyu/api";
import { Empty, Loaded, Page, useLanguage } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { DatePicker, Flex, Form, Segmented, Select, Typography } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { oneOf, useAddress } from "../people/address";
import { useGroupName } from "../people/names";
import { CellPeople } from "./CellPeople";
import { Curves } from "./Curves";
import { HeatMap } from "./HeatMap";
import { MEASURES, usualFrom, type Period, type Table } from "./matrix";

export const PERIODS = ["month", "week", "day"] as const;
export const BYS = ["none", "platform", "shop", "source"] as const;

/** Everything that the address says about the table. */
export function useAsked() {
  const { search, change, href } = useAddress();
  const [now] = useState(() => new Date());
  const period: Period = oneOf(search.get("period"), PERIODS);
  const by = oneOf(search.get("by"), BYS);
  const measure = oneOf(search.get("measure"), MEASURES);
  const from = search.get("from") ?? usualFrom(now, period);
  const to = search.get("to") ?? undefined;
  return { period, by, measure, from, to, group: search.get("group"), cell: search.get("cell"), change, href };
}

export type Asked = ReturnType<typeof useAsked>;

/** Cohorts of first purchases and how they come back. */
export function Retention() {
  const { t } = useTranslation("insight");
  const asked = useAsked();
  const { period, by, from, to } = asked;
  const query = useQuery({
    queryKey: ["insight", "retention", period, by, from, to],
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/insight/retention", { signal, params: { query: { period, by, cohorts_from: from, cohorts_to: to } } })),
  });
  return (
    <Page title={t("retention.title")} what={t("retention.what")}>
      <Flex vertical gap="middle">
        <Controls asked={asked} table={query.data} />
        <Loaded query={query}>{(table) => (table.cohorts.length === 0 ? <Empty title={t("retention.none")} /> : <Shown table={table} asked={asked} />)}</Loaded>
      </Flex>
    </Page>
  );
}

function Shown({ table, asked }: { table: Table; asked: Asked }) {
  const language = useLanguage();
  const totals = [...table.totals].sort((a, b) => b.customers - a.customers);
  const total = totals.find((one) => one.group === asked.group) ?? totals[0];
  if (!total) return null;
  const cohorts = table.cohorts.filter((cohort) => cohort.group === total.group);
  return (
    <>
      <HeatMap asked={asked} cohorts={cohorts} total={total} />
      <Curves asked={asked} totals={totals} />
      <Typography.Text type="secondary">{language === "zh" ? table.definitions.zh : table.definitions.en}</Typography.Text>
      <CellPeople asked={asked} group={asked.by === "none" ? undefined : total.group} until={table.until} />
    </>
  );
}

function Controls({ asked, table }: { asked: Asked; table: Table | undefined }) {
  const { t } = useTranslation("insight");
  const name = useGroupName(asked.by);
  const { change } = asked;
  const totals = [...(table?.totals ?? [])].sort((a, b) => b.customers - a.customers);
  return (
    <Form layout="inline" style={{ rowGap: 8 }} component="div">
      <Form.Item label={t("period.label")}>
        <Segmented
          aria-label={t("period.label")}
          value={asked.period}
          options={PERIODS.map((value) => ({ value, label: t(`period.${value}`) }))}
          onChange={(period) => change({ period, from: null, to: null, cell: null })}
        />
      </Form.Item>
      <Form.Item label={t("measure.label")}>
        <Select
          aria-label={t("measure.label")}
          style={{ minWidth: 150 }}
          value={asked.measure}
          options={MEASURES.map((value) => ({ value, label: t(`measure.${value}`) }))}
          onChange={(measure) => change({ measure })}
        />
      </Form.Item>
      <Form.Item label={t("by.label")}>
        <Select
          aria-label={t("by.label")}
          style={{ minWidth: 130 }}
          value={asked.by}
          options={BYS.map((value) => ({ value, label: t(`by.${value}`) }))}
          onChange={(by) => change({ by, group: null, cell: null })}
        />
      </Form.Item>
      {asked.by !== "none" && totals.length > 0 && (
        <Form.Item label={t("group.label")}>
          <Select
            aria-label={t("group.label")}
            showSearch={{ optionFilterProp: "label" }}
            style={{ minWidth: 180 }}
            value={totals.find((one) => one.group === asked.group)?.group ?? totals[0]?.group}
            options={totals.map((one) => ({ value: one.group, label: `${name(one.group)} (${one.customers})` }))}
            onChange={(group) => change({ group, cell: null })}
          />
        </Form.Item>
      )}
      <Form.Item label={t("retention.cohorts")}>
        <DatePicker.RangePicker
          aria-label={t("retention.cohorts")}
          picker={asked.period === "month" ? "month" : "date"}
          value={[dayjs(asked.from), asked.to ? dayjs(asked.to) : null]}
          allowEmpty={[false, true]}
          onChange={(days) => change({ from: days?.[0]?.format("YYYY-MM-DD"), to: days?.[1]?.format("YYYY-MM-DD"), cell: null })}
        />
      </Form.Item>
    </Form>
  );
}
