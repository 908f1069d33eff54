import type { Schema } from "@siyu/api";
import { ChartFrame, Count, Empty, StatCard, useFormat, useInAddress, useLanguage, When } from "@siyu/kit";
import { Alert, Card, Col, Flex, Row, Select, Table, Tag, Typography } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useVia } from "../sentences";
import { byDay, STATES, stateOf, type Day, type Touch, type TouchState } from "./days";

type Rehearsal = Schema<"Rehearsal">;

const WORDS = { queued: "queued", waiting: "stillWaiting", dropped: "dropped" } as const;
const COLOURS = { queued: "success", waiting: "warning", dropped: "error" } as const;

/** What a journey would have done: to whom, when, and what the gate would have said. */
export function Result({ result, zone }: { result: Rehearsal; zone: string }) {
  const { t } = useTranslation("journeys");
  const language = useLanguage();
  const { count } = useFormat();
  const sums = useMemo(() => sumsOf(result), [result]);
  return (
    <Flex vertical gap="middle">
      <Typography.Text strong>{t("rehearsal.people", { people: count(result.people), of: count(result.of) })}</Typography.Text>
      <Row gutter={[12, 12]}>
        {STATES.map((state) => (
          <Col key={state} flex="1 1 160px">
            <StatCard label={t(`rehearsal.${WORDS[state]}`)} value={<Count value={sums[state]} />} />
          </Col>
        ))}
      </Row>
      {result.touches.length === 0 ? (
        <Empty title={t("rehearsal.noTouches")} />
      ) : (
        <>
          <Row gutter={[16, 16]}>
            <Col xs={24} xl={15}>
              <ByDay result={result} zone={zone} />
            </Col>
            <Col xs={24} xl={9}>
              <Reasons result={result} />
            </Col>
          </Row>
          <Touches result={result} all={sums.queued + sums.waiting + sums.dropped} />
        </>
      )}
      <Alert
        type="info"
        showIcon
        title={t("rehearsal.cannot")}
        description={
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {result.cannot_know.map(([en, zh]) => (
              <li key={en}>{language === "zh" ? zh : en}</li>
            ))}
          </ul>
        }
      />
    </Flex>
  );
}

/** How many touches are in which state: of all, not only of those that are listed. */
function sumsOf(result: Rehearsal): Record<TouchState, number> {
  const sums = { queued: 0, waiting: 0, dropped: 0 };
  for (const [state, , people] of result.reasons) sums[stateOf({ state: String(state) })] += Number(people);
  return sums;
}

function ByDay({ result, zone }: { result: Rehearsal; zone: string }) {
  const { t } = useTranslation("journeys");
  const days = useMemo(() => byDay(result.touches, zone), [result, zone]);
  const option = useMemo(
    () => ({
      tooltip: { trigger: "axis" },
      legend: { top: 0 },
      xAxis: { type: "category", data: days.map((one) => one.day.slice(5)) },
      yAxis: { type: "value", minInterval: 1 },
      series: STATES.map((state) => ({ name: t(`rehearsal.${WORDS[state]}`), type: "bar", stack: "all", data: days.map((one) => one[state]) })),
    }),
    [days, t],
  );
  return (
    <ChartFrame<Day>
      title={t("rehearsal.byDay")}
      what={t("rehearsal.byDayWhat")}
      option={option}
      rows={days}
      columns={[{ title: t("rehearsal.day"), value: (one) => one.day }, ...STATES.map((state) => ({ title: t(`rehearsal.${WORDS[state]}`), value: (one: Day) => one[state] }))]}
      file="rehearsal"
      height={260}
    />
  );
}

function Reasons({ result }: { result: Rehearsal }) {
  const { t } = useTranslation("journeys");
  const language = useLanguage();
  const said = new Map(result.touches.map((one) => [one.code, language === "zh" ? one.because_zh : one.because]));
  const rows = result.reasons.map(([state, code, touches]) => ({ state: stateOf({ state: String(state) }), code: String(code), touches: Number(touches) }));
  return (
    <Card size="small" title={<h2 style={{ fontSize: 16, margin: 0 }}>{t("rehearsal.reasons")}</h2>} style={{ height: "100%" }}>
      <Table
        aria-label={t("rehearsal.reasons")}
        size="small"
        rowKey={(row) => `${row.state} ${row.code}`}
        pagination={false}
        scroll={{ y: 240 }}
        dataSource={rows.sort((a, b) => b.touches - a.touches)}
        columns={[
          { title: t("rehearsal.decision"), width: 110, render: (_, row) => <StateTag state={row.state} /> },
          { title: t("rehearsal.because"), render: (_, row) => said.get(row.code) || row.code || "—" },
          { title: t("rehearsal.count"), width: 80, align: "right", render: (_, row) => <Count value={row.touches} /> },
        ]}
      />
    </Card>
  );
}

function StateTag({ state }: { state: TouchState }) {
  const { t } = useTranslation("journeys");
  return (
    <Tag color={COLOURS[state]} style={{ margin: 0 }}>
      {t(`rehearsal.${WORDS[state]}`)}
    </Tag>
  );
}

function Touches({ result, all }: { result: Rehearsal; all: number }) {
  const { t } = useTranslation("journeys");
  const language = useLanguage();
  const via = useVia();
  const [only, setOnly] = useInAddress("only");
  const rows = result.touches.filter((one) => !only || stateOf(one) === only);
  return (
    <Card
      size="small"
      title={<h2 style={{ fontSize: 16, margin: 0 }}>{t("rehearsal.list")}</h2>}
      extra={<Select aria-label={t("rehearsal.onlyOf")} allowClear placeholder={t("rehearsal.onlyOf")} value={STATES.find((one) => one === only)} options={STATES.map((value) => ({ value, label: t(`rehearsal.${WORDS[value]}`) }))} onChange={(next?: TouchState) => setOnly(next ?? null, true)} style={{ width: 150 }} />}
    >
      {all > result.touches.length && <Typography.Paragraph type="secondary">{t("rehearsal.firstOnly", { count: result.touches.length })}</Typography.Paragraph>}
      <Table<Touch>
        aria-label={t("rehearsal.list")}
        size="small"
        rowKey={(one) => result.touches.indexOf(one)}
        pagination={{ pageSize: 20, showSizeChanger: false, hideOnSinglePage: true }}
        scroll={{ x: "max-content" }}
        dataSource={[...rows]}
        columns={[
          { title: t("rehearsal.at"), render: (_, one) => <When at={one.at} /> },
          { title: t("rehearsal.customer"), render: (_, one) => <Link to={`/customers/${one.customer_id}`}>{`#${one.customer_id}`}</Link> },
          { title: t("rehearsal.stepName"), render: (_, one) => one.step },
          { title: t("rehearsal.decision"), render: (_, one) => <StateTag state={stateOf(one)} /> },
          { title: t("rehearsal.because"), render: (_, one) => <span style={{ display: "inline-block", maxWidth: 260, whiteSpace: "normal" }}>{(language === "zh" ? one.because_zh : one.because) || (one.way ? via({ way: one.way, account: one.account_id ?? 0, channel: "" }) : "—")}</span> },
          { title: t("rehearsal.text"), render: (_, one) => <span style={{ display: "inline-block", maxWidth: 360, whiteSpace: "normal" }}>{one.text}</span> },
        ]}
      />
    </Card>
  );
}
