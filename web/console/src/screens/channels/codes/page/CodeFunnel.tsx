import { answered, api } from "@siyu/api";
import { ChartFrame, Empty, Share, StatCard, useFormat, type ChartColumn } from "@siyu/kit";
import { Col, Flex, Row, Segmented, theme, Typography } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../../app/session";
import { oneOf, useAddress } from "../../../insight/people/address";
import { PeopleDrawer } from "../../../insight/people/PeopleDrawer";
import { useFigures, type Code, type Funnel } from "../codes";
import { figureOf, stepsOf, type Figure, type FunnelStep } from "./funnel";

const PERIODS = ["30", "7", "90", "365"] as const;
const CARDS: readonly Figure[] = ["added", "there", "left", "bought"];

/** Shown, added, still there, stayed, bought; each leads to its people. */
export function CodeFunnel({ code }: { code: Code }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const format = useFormat();
  const { search, change, href } = useAddress();
  const days = oneOf(search.get("days"), PERIODS);
  const found = useFigures(code.id, Number(days));
  const people = may("customers.read");
  const cards = CARDS.map((name) => ({ name, value: found.data && format.count(found.data[name]) }));
  return (
    <Flex vertical gap="middle">
      <Flex gap="middle" align="center" wrap>
        <Segmented aria-label={t("funnel.period")} value={days} options={[...PERIODS].sort((a, b) => Number(a) - Number(b)).map((value) => ({ value, label: t("funnel.days", { days: value }) }))} onChange={(value) => change({ days: value === "30" ? null : value }, true)} />
        <Typography.Text type="secondary">{t("funnel.what")}</Typography.Text>
      </Flex>
      <Row gutter={[16, 16]}>
        {cards.map(({ name, value }) => (
          <Col key={name} xs={12} lg={6}>
            <StatCard label={t(`codes.figures.${name}`)} what={t(`funnel.whats.${name}`)} value={value} loading={found.isPending} error={found.error} onRetry={() => void found.refetch()} to={people ? href({ people: name }) : undefined} />
          </Col>
        ))}
        {code.kind === "follow" && (
          <Col xs={12} lg={6}>
            <StatCard label={t("codes.figures.scanned")} what={t("funnel.whats.scanned")} value={found.data && format.count(found.data.scanned)} loading={found.isPending} error={found.error} onRetry={() => void found.refetch()} />
          </Col>
        )}
      </Row>
      <Steps funnel={found.data} error={found.error} onRetry={() => void found.refetch()} people={people} />
      <People code={code} funnel={found.data} />
    </Flex>
  );
}

function Steps({ funnel, error, onRetry, people }: { funnel: Funnel | undefined; error: unknown; onRetry: () => void; people: boolean }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const { token } = theme.useToken();
  const { change, href } = useAddress();
  const steps = useMemo(() => funnel && stepsOf(funnel), [funnel]);
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 110, top: 8, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      xAxis: { type: "value", show: false },
      yAxis: { type: "category", inverse: true, data: (steps ?? []).map((one) => t(`codes.figures.${one.name}`)), axisTick: { show: false } },
      series: [
        {
          type: "bar",
          barMaxWidth: 30,
          itemStyle: { borderRadius: [0, 4, 4, 0] },
          data: (steps ?? []).map((one) => ({ value: one.count, share: one.share })),
          label: { show: true, position: "right", color: token.colorText, formatter: ({ data }: { data: { value: number; share: number | null } }) => (data.share === null ? format.count(data.value) : `${format.count(data.value)} · ${format.share(data.share)}`) },
        },
      ],
    }),
    [steps, t, format, token.colorText],
  );
  const columns: ChartColumn<FunnelStep>[] = [
    { title: t("funnel.step"), value: (row) => t(`codes.figures.${row.name}`) },
    { title: t("funnel.count"), value: (row) => row.count, shown: (row) => (people && row.name !== "shown" ? <Link to={href({ people: row.name })}>{format.count(row.count)}</Link> : format.count(row.count)) },
    { title: t("funnel.share"), value: (row) => row.share, shown: (row) => <Share value={row.share} /> },
  ];
  return (
    <ChartFrame
      title={t("codes.tabs.funnel")}
      what={t("funnel.chartWhat")}
      option={option}
      rows={steps && steps.some((one) => one.count > 0) ? steps : funnel && []}
      columns={columns}
      file="entry-code"
      height={240}
      error={error}
      onRetry={onRetry}
      empty={<Empty title={t("funnel.nobody")} />}
      onSelect={people ? ({ dataIndex }) => {
        const name = steps?.[dataIndex ?? -1]?.name;
        if (name && name !== "shown") change({ people: name });
      } : undefined}
    />
  );
}

/** Who is behind a figure, asked with exactly its own moments. */
function People({ code, funnel }: { code: Code; funnel: Funnel | undefined }) {
  const { t } = useTranslation("channels");
  const { search, change } = useAddress();
  const figure = figureOf(search.get("people"));
  return (
    <PeopleDrawer
      open={figure !== undefined && funnel !== undefined}
      title={figure && t(`codes.figures.${figure}`)}
      what={figure && t(`funnel.whats.${figure}`)}
      queryKey={["codes", code.id, figure, funnel?.since, funnel?.until]}
      load={async (cursor, signal) => {
        const query = { figure: figure ?? "added", from: funnel?.since, before: funnel?.until, cursor };
        return answered(api.GET("/api/v1/channels/codes/{code_id}/people", { signal, params: { path: { code_id: code.id }, query } }));
      }}
      onClose={() => change({ people: null })}
    />
  );
}
