import { answered, api, type Schema } from "@siyu/api";
import { ChartFrame, Count, Loaded, Money, Page, Sideways, useFormat, useInAddress, useNow, type ChartColumn } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Alert, Descriptions, Flex, Table, Tabs, Typography } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useMay } from "../../app/session";
import { useActorName } from "../imports/names";
import { Back } from "../rewards/parts/Back";
import { Cards } from "../rewards/parts/Cards";
import { WithReason } from "../touch/WithReason";
import { DRAWS, nameOf, standingOf, useAgain, useRound, type Round } from "./draws";
import { Proof } from "./Proof";
import { RoundStanding } from "./RoundList";
import { Turns } from "./Turns";

/** One round: its odds, what was drawn, the record, and how anybody can check it. */
export function RoundPage() {
  const { t } = useTranslation("draws");
  const may = useMay();
  const again = useAgain();
  const now = useNow();
  const [tab, setTab] = useInAddress("tab");
  const query = useRound(Number(useParams()["id"]));
  const round = query.data;
  const end = async (reason: string): Promise<void> => {
    await answered(api.POST("/api/v1/draws/rounds/{round_id}/end", { params: { path: { round_id: round?.id ?? 0 } }, body: { reason } }));
    await again();
  };
  const act = round && round.kind !== "entrants" && may("draws.manage") && standingOf(round, now) !== "ended" && (
    <WithReason danger label={t("round.end")} title={t("round.endTitle")} onDone={end}>
      {t(`round.endWhat.${round.kind}`)}
    </WithReason>
  );
  return (
    <Page title={round ? nameOf(round) : t("round.one")} what={t("round.what")} above={<Back to="/members/draws">{t("title")}</Back>} actions={act}>
      <Loaded query={query}>
        {(found) => (
          <Flex vertical gap="middle">
            <About round={found} />
            <Tabs
              activeKey={found.kind === "entrants" ? "proof" : (tab ?? "odds")}
              onChange={(next) => setTab(next === "odds" ? null : next)}
              items={[
                ...(found.kind === "entrants" ? [] : [{ key: "odds", label: t(found.kind === "pool" ? "tab.odds" : "tab.orders"), children: found.kind === "pool" ? <Odds round={found} /> : <Orders round={found} /> }]),
                ...(found.kind === "pool" ? [{ key: "turns", label: t("tab.turns"), children: <Turns round={found} /> }] : []),
                { key: "proof", label: t("tab.proof"), children: <Proof round={found} /> },
              ]}
            />
          </Flex>
        )}
      </Loaded>
    </Page>
  );
}

function About({ round }: { round: Round }) {
  const { t } = useTranslation("draws");
  const { when, count } = useFormat();
  const actor = useActorName();
  const rule = round.rule as Partial<Schema<"Pool">> & Partial<Schema<"FreeOrders">>;
  const turns = (most: number | null | undefined): string => (most ? t("round.turns", { count: most }) : t("round.noLimit"));
  const pool = [
    { key: "price", label: t("round.price"), children: rule.price ? t("round.costs", { amount: count(rule.price.amount), unit: t(`unit.${(rule.price.unit ?? "points") as "points"}`, { defaultValue: rule.price.unit }) }) : t("round.free") },
    { key: "person", label: t("round.perPerson"), children: turns(rule.per_person) },
    { key: "day", label: t("round.perDay"), children: turns(rule.per_day) },
  ];
  const free = [
    { key: "draws", label: t("round.drawsAt"), children: rule.draws_at ? when(rule.draws_at) : "—" },
    { key: "winners", label: t("round.winners"), children: <Count value={rule.winners} /> },
    { key: "most", label: t("round.most"), children: <Money fen={rule.most_fen} /> },
  ];
  return (
    <Descriptions
      size="small"
      bordered
      column={{ xs: 1, sm: 1, md: 1, lg: 2 }}
      items={[
        { key: "standing", label: t("round.standing"), children: <RoundStanding round={round} /> },
        { key: "window", label: t("round.window"), children: `${when(round.opens_at)} – ${when(round.closes_at)}` },
        ...(round.kind === "pool" ? pool : free),
        { key: "budget", label: t("round.budget"), children: <Money fen={rule.budget_fen} /> },
        { key: "published", label: t("round.published"), children: `${when(round.published_at)} · ${actor(round.published_by)}` },
        ...(round.ended_at ? [{ key: "ended", label: t("round.ended"), children: `${when(round.ended_at)} · ${actor(round.ended_by)}` }] : []),
        ...(round.confirmed.length ? [{ key: "warned", label: t("round.confirmed"), children: round.confirmed.map((code) => t(`warning.${code as "prize_value"}`, { defaultValue: code })).join(" / ") }] : []),
      ]}
    />
  );
}

type Line = Schema<"OddsRead"> & { tally: Schema<"PrizeTallyRead"> | undefined };

/** The odds as members read them, beside what was drawn. */
function Odds({ round }: { round: Round }) {
  const { t } = useTranslation("draws");
  const { count, money } = useFormat();
  const query = useQuery({ queryKey: [...DRAWS, "tally", round.id], queryFn: ({ signal }) => answered(api.GET("/api/v1/draws/rounds/{round_id}/tally", { signal, params: { path: { round_id: round.id } } })) });
  const tally = query.data;
  const lines: Line[] = useMemo(() => round.odds.map((one) => ({ ...one, tally: tally?.prizes.find((each) => each.code === one.code) })), [round.odds, tally]);
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 24, top: 40, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis", valueFormatter: (value: number) => count(value) },
      legend: { top: 4 },
      xAxis: { type: "category", data: lines.map((one) => one.name) },
      yAxis: { type: "value" },
      series: [
        { type: "bar", name: t("odds.expected"), data: lines.map((one) => one.tally?.expected ?? 0) },
        { type: "bar", name: t("odds.drawn"), data: lines.map((one) => one.tally?.drawn ?? 0) },
      ],
    }),
    [lines, count, t],
  );
  const columns: ChartColumn<Line>[] = [
    { title: t("odds.prize"), value: (one) => one.name },
    { title: t("odds.percent"), value: (one) => one.percent, shown: (one) => `${one.percent}%` },
    { title: t("odds.worth"), value: (one) => one.worth_fen / 100, shown: (one) => money(one.worth_fen) },
    { title: t("odds.stock"), value: (one) => one.stock, shown: (one) => (one.stock === null ? t("round.noLimit") : count(one.stock)) },
    { title: t("odds.left"), value: (one) => one.tally?.left ?? null, shown: (one) => (one.tally?.left == null ? "—" : count(one.tally.left)) },
    { title: t("odds.expected"), value: (one) => one.tally?.expected ?? null, shown: (one) => count(Math.round(one.tally?.expected ?? 0)) },
    { title: t("odds.drawn"), value: (one) => one.tally?.drawn ?? null, shown: (one) => count(one.tally?.drawn ?? 0) },
    { title: t("odds.given"), value: (one) => one.tally?.given ?? null, shown: (one) => count(one.tally?.given ?? 0) },
  ];
  return (
    <Loaded query={query}>
      {(found) => (
        <Flex vertical gap="middle">
          <Cards
            cards={[
              { label: t("odds.draws"), value: <Count value={found.draws} /> },
              { label: t("odds.budgetLeft"), value: <Money fen={found.budget_left} short />, what: t("odds.budgetWhat") },
              { label: t("odds.honest"), value: found.p === null ? "—" : found.p.toFixed(3), what: t("odds.honestWhat"), normal: t("odds.honestNormal"), alarming: found.p !== null && found.p < 0.001 },
            ]}
          />
          <ChartFrame<Line> title={t("odds.title")} what={t("odds.what")} option={option} rows={lines} columns={columns} file={`draw-${round.id}-odds`} height={260} />
        </Flex>
      )}
    </Loaded>
  );
}

type Entry = Schema<"OrderEntryRead">;

/** The orders that took part in a round of free orders, the winners first. */
function Orders({ round }: { round: Round }) {
  const { t } = useTranslation("draws");
  const query = useQuery({ queryKey: [...DRAWS, "orders", round.id], queryFn: ({ signal }) => answered(api.GET("/api/v1/draws/rounds/{round_id}/orders", { signal, params: { path: { round_id: round.id } } })) });
  return (
    <Loaded query={query}>
      {(orders) =>
        orders.length === 0 ? (
          <Alert type="info" showIcon title={t(round.ended_at ? "orders.none" : "orders.later")} />
        ) : (
          <Sideways label={t("tab.orders")}>
            <Table<Entry>
              aria-label={t("tab.orders")}
              size="small"
              rowKey="order_id"
              dataSource={orders}
              pagination={orders.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
              columns={[
                { key: "place", title: t("orders.place"), render: (_, row) => row.place },
                { key: "order", title: t("orders.order"), render: (_, row) => row.order },
                { key: "customer", title: t("turn.customer"), render: (_, row) => <Link to={`/customers/${row.customer_id}`}>#{row.customer_id}</Link> },
                { key: "fen", title: t("orders.fen"), align: "right", render: (_, row) => <Money fen={row.fen} /> },
                { key: "given", title: t("orders.given"), align: "right", render: (_, row) => <Count value={row.given} /> },
                { key: "taken", title: t("orders.taken"), align: "right", render: (_, row) => <Count value={row.taken} /> },
                { key: "digest", title: t("orders.digest"), render: (_, row) => <Typography.Text code>{row.digest.slice(0, 16)}…</Typography.Text> },
              ]}
            />
          </Sideways>
        )
      }
    </Loaded>
  );
}
