import { answered, api, type Schema } from "@siyu/api";
import { Count, ErrorNote, Loading, Money, StatCard, useFormat } from "@siyu/kit";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Checkbox, Col, Flex, Form, Input, Row, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate, useSearchParams } from "react-router";

import { howOf } from "./how";
import { Examples, Identifiers, Statuses, Warnings } from "./PreviewParts";
import { useWaiting } from "./Wizard";

export type Preview = Schema<"siyu__intake__files__types__Preview">;
const FIRST = 10_000;
const ALL = 1_000_000;

/** What an import would do, and the button that does it. */
export function PreviewStep() {
  const { t } = useTranslation("imports");
  const waiting = useWaiting();
  const { search } = useLocation();
  const [given, setGiven] = useSearchParams();
  const how = howOf(given);
  const rows = given.get("rows") === "all" ? ALL : FIRST;
  const query = useQuery({
    queryKey: ["imports", "file", waiting.id, "preview", how, rows],
    staleTime: Infinity,
    retry: false,
    queryFn: ({ signal }) =>
      answered(api.POST("/api/v1/imports/files/{file_id}/preview", { signal, params: { path: { file_id: waiting.id } }, body: { ...how, rows } })),
  });
  const back = (
    <Link to={`/imports/new/${waiting.id}${how.mapping ? `/mapping?kind=${how.kind}` : ""}`}>
      <Button tabIndex={-1}>{t(query.error ? "preview.fix" : "preview.back")}</Button>
    </Link>
  );
  if (query.isPending) return <Loading />;
  if (!query.data) {
    return (
      <div>
        <ErrorNote error={query.error} />
        {back}
      </div>
    );
  }
  const all = (): void => setGiven(new URLSearchParams([...new URLSearchParams(search), ["rows", "all"]]), { replace: true });
  return (
    <Flex vertical gap="middle">
      <Scope preview={query.data} onAll={rows === FIRST ? all : undefined} loading={query.isFetching} />
      <Sums preview={query.data} />
      <Row gutter={[16, 16]}>
        <Col xs={24} lg={12}>
          <Warnings preview={query.data} />
        </Col>
        <Col xs={24} lg={12}>
          <Flex vertical gap="middle">
            <Identifiers preview={query.data} />
            <Statuses preview={query.data} />
          </Flex>
        </Col>
      </Row>
      <Examples preview={query.data} />
      <Begin back={back} />
    </Flex>
  );
}

function Scope({ preview, onAll, loading }: { preview: Preview; onAll?: () => void; loading: boolean }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  return (
    <Alert
      type="info"
      showIcon
      title={`${t("preview.what")} ${preview.complete ? t("preview.whole") : t("preview.part", { rows: format.count(preview.rows) })}`}
      action={
        !preview.complete &&
        onAll && (
          <Button size="small" loading={loading} onClick={onAll}>
            {t("preview.wholeButton")}
          </Button>
        )
      }
    />
  );
}

function Sums({ preview }: { preview: Preview }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const orders = preview.recognition.kind === "orders";
  const range = preview.first_at && preview.last_at ? `${format.when(preview.first_at, "day")} – ${format.when(preview.last_at, "day")}` : "—";
  const cards = [
    ...(orders
      ? [
          { label: t("preview.orders"), value: <Count value={preview.orders} /> },
          { label: t("preview.paid"), value: <Money fen={preview.paid_fen} short /> },
          { label: t("preview.refunded"), value: <Money fen={preview.refunded_fen} short /> },
        ]
      : [{ label: t("preview.messages"), value: <Count value={preview.messages} /> }]),
    { label: t("preview.people"), what: t("preview.peopleWhat"), value: <Count value={preview.people} /> },
    { label: t("preview.anonymous"), what: t("preview.anonymousWhat"), value: <Count value={preview.anonymous} /> },
    { label: t("preview.rejected"), what: t("preview.rejectedWhat"), value: <Count value={preview.reject_count} />, alarming: preview.reject_count > preview.rows / 100 },
    { label: t("preview.range"), value: <Typography.Text style={{ fontSize: 16, whiteSpace: "nowrap" }}>{range}</Typography.Text> },
  ];
  return (
    <Row gutter={[16, 16]}>
      {cards.map((card) => (
        <Col key={card.label} xs={12} md={8} xl={6}>
          <StatCard {...card} />
        </Col>
      ))}
    </Row>
  );
}

function Begin({ back }: { back: React.ReactNode }) {
  const { t } = useTranslation("imports");
  const waiting = useWaiting();
  const navigate = useNavigate();
  const [given] = useSearchParams();
  const [source, setSource] = useState("");
  const [linksFirst, setLinksFirst] = useState(false);
  const running = useMutation({
    mutationFn: () =>
      answered(
        api.POST("/api/v1/imports/files/{file_id}/run", {
          params: { path: { file_id: waiting.id } },
          body: { ...howOf(given), source: source.trim(), links_first: linksFirst },
        }),
      ),
    onSuccess: (run) => navigate(`/imports/${run.id}`),
  });
  return (
    <Card size="small">
      <ErrorNote error={running.error} />
      <Form layout="vertical" onFinish={() => running.mutate()}>
        <Form.Item extra={t("preview.linksFirstWhat")}>
          <Checkbox checked={linksFirst} onChange={(event) => setLinksFirst(event.target.checked)}>
            {t("preview.linksFirst")}
          </Checkbox>
        </Form.Item>
        <Form.Item label={t("preview.source")} htmlFor="source" extra={t("preview.sourceHint")}>
          <Input id="source" style={{ maxWidth: 320 }} value={source} onChange={(event) => setSource(event.target.value)} />
        </Form.Item>
        <Flex gap="small">
          {back}
          <Button type="primary" htmlType="submit" loading={running.isPending}>
            {t("preview.start")}
          </Button>
        </Flex>
      </Form>
    </Card>
  );
}
