import { answered, api, type Schema } from "@siyu/api";
import { Loaded, Money, StatCard, useFormat, useLanguage, useShowError, When } from "@siyu/kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Col, Descriptions, Flex, Row, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useAddress } from "../people/address";
import { miss } from "./bins";
import { Calibration } from "./Calibration";
import { History } from "./History";

type State = Schema<"LifetimeState">;

export function useLifetime() {
  return useQuery({ queryKey: ["insight", "lifetime"], queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/lifetime", { signal })) });
}

/** How the prediction stands: what it says, how well it fits, or why there is none. */
export function Model() {
  const query = useLifetime();
  return <Loaded query={query}>{(state) => <Shown state={state} />}</Loaded>;
}

function Shown({ state }: { state: State }) {
  const { t } = useTranslation("insight");
  const language = useLanguage();
  const { model } = state;
  return (
    <Flex vertical gap="middle">
      <Flex justify="space-between" align="center" gap="middle" wrap>
        <Typography.Text type="secondary">
          {state.fitted_at ? (
            <>
              {t("ltv.fittedAt")} <When at={state.fitted_at} />
            </>
          ) : (
            t("ltv.neverFitted")
          )}
        </Typography.Text>
        <Refit />
      </Flex>
      {model ? <Found state={state} model={model} /> : <Alert type="info" showIcon title={t("ltv.noPrediction")} description={language === "zh" ? state.reason_zh : state.reason} />}
      {state.history.length > 1 && <History points={state.history} />}
    </Flex>
  );
}

function Refit() {
  const { t } = useTranslation("insight");
  const client = useQueryClient();
  const showError = useShowError();
  const { message } = App.useApp();
  const refit = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/insight/lifetime/refit")),
    onSuccess: async ({ queued }) => {
      void message.success(t(queued ? "ltv.refitQueued" : "ltv.refitWaits"));
      // The job takes some seconds; what it found is shown without another click.
      await new Promise((resolve) => setTimeout(resolve, 6000));
      await client.invalidateQueries({ queryKey: ["insight", "lifetime"] });
    },
    onError: showError,
  });
  return (
    <Button loading={refit.isPending} onClick={() => refit.mutate()}>
      {t("ltv.refit")}
    </Button>
  );
}

function Found({ state, model }: { state: State; model: NonNullable<State["model"]> }) {
  const { t } = useTranslation("insight");
  const format = useFormat();
  const months = String(model.months);
  const held = model.calibration;
  const off = held && miss(held.expected, held.actual);
  const mean = model.customers ? Math.floor(model.predicted_fen / model.customers) : null;
  const predicted = useAddress().href({ ahead: "-" });
  const cards = [
    { label: t("ltv.predictedSum", { months }), value: <Money fen={model.predicted_fen} short />, what: t("ltv.predictedSumWhat", { months, discount: format.share(model.monthly_discount) }), to: predicted },
    { label: t("ltv.predictedEach"), value: <Money fen={mean} />, what: t("ltv.predictedEachWhat", { months }), to: predicted },
    { label: t("ltv.alive"), value: format.count(Math.round(model.alive)), what: t("ltv.aliveWhat", { customers: format.count(model.customers) }), to: predicted },
    {
      label: t("ltv.miss"),
      value: off == null ? "—" : `${off > 0 ? "+" : ""}${format.share(off)}`,
      what: t("ltv.missWhat"),
      normal: t("ltv.missNormal"),
      alarming: off != null && Math.abs(off) > 0.2,
    },
  ];
  return (
    <>
      <Row gutter={[16, 16]}>
        {cards.map((card) => (
          <Col key={card.label} xs={12} lg={6}>
            <StatCard {...card} />
          </Col>
        ))}
      </Row>
      {held && state.fitted_at ? <Calibration held={held} fittedAt={state.fitted_at} /> : <Alert type="info" showIcon title={t("ltv.noCalibration")} />}
      <Parameters state={state} model={model} />
    </>
  );
}

function Parameters({ state, model }: { state: State; model: NonNullable<State["model"]> }) {
  const { t } = useTranslation("insight");
  const format = useFormat();
  const list = (values: Record<string, number>): string =>
    Object.entries(values)
      .map(([name, value]) => `${name} = ${Number(value.toPrecision(4))}`)
      .join(" · ");
  const items = [
    { key: "model", label: t("ltv.model"), children: t("ltv.modelIs", { model: model.model === "bgnbd" ? "BG/NBD" : "Pareto/NBD" }) },
    { key: "asOf", label: t("ltv.asOf"), children: state.as_of },
    { key: "customers", label: t("ltv.buyers"), children: format.count(model.customers) },
    { key: "repeat", label: t("ltv.repeatBuyers"), children: format.count(model.repeat_buyers) },
    { key: "parameters", label: t("ltv.parameters"), children: list(model.parameters) },
    { key: "spend", label: t("ltv.spend"), children: list(model.spend) },
    { key: "likelihood", label: t("ltv.likelihood"), children: list(model.log_likelihoods) },
    { key: "expected", label: t("ltv.expectedPurchases", { months: String(model.months) }), children: format.count(Math.round(model.expected_purchases)) },
  ];
  return (
    <Card size="small" title={t("ltv.inside")}>
      <Descriptions size="small" column={{ xs: 1, lg: 2 }} items={items} />
    </Card>
  );
}
