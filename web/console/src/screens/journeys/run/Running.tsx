import { answered, api, type Schema } from "@siyu/api";
import { Count, Empty, Loaded, Opener, StatCard, useFormat, useInAddress, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Card, Col, Flex, Row, Table, Tag, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { PeopleDrawer } from "../../insight/people/PeopleDrawer";
import { Canvas } from "../canvas/Canvas";
import { ENTRY } from "../canvas/graph";
import { JOURNEYS, type Definition, type Figures, type Journey } from "../journey";
import { useSentences } from "../sentences";
import { Bring } from "./Bring";
import { Secret } from "./Secret";

const EVERY_MS = 10_000;

/** Where people are: on the canvas, as a table, with those behind each step. */
export function Running({ journey, definition }: { journey: Journey; definition: Definition }) {
  const { t } = useTranslation("journeys");
  const may = useMay();
  const path = { journey_id: journey.id };
  const query = useQuery({
    queryKey: [...JOURNEYS, journey.id, "figures"],
    refetchInterval: journey.state === "running" || journey.state === "draining" ? EVERY_MS : false,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/journeys/{journey_id}/figures", { signal, params: { path } })),
  });
  const [step, setStep] = useInAddress("people");
  if (journey.version === 0) return <Empty title={t("running.never")} />;
  return (
    <Loaded query={query}>
      {(figures) => (
        <Flex vertical gap="middle">
          <Flex gap="small" wrap>
            {journey.state === "running" && may("journeys.manage") && <Bring journey={journey} />}
          </Flex>
          <Totals figures={figures} />
          <Canvas definition={definition} height={560} onOpen={may("customers.read") ? (name) => (name === ENTRY ? undefined : setStep(name)) : undefined} below={(name) => <Beside figures={figures} step={name} />} />
          <Steps figures={figures} definition={definition} onOpen={may("customers.read") ? setStep : undefined} />
          <Calls journey={journey} definition={definition} />
          <PeopleDrawer
            open={step !== null}
            title={t("running.peopleAt", { step: step ?? "" })}
            what={t("running.peopleWhat")}
            queryKey={["journey", journey.id, step]}
            load={(cursor, signal) => answered(api.GET("/api/v1/journeys/{journey_id}/steps/{step}/customers", { signal, params: { path: { ...path, step: step ?? "" }, query: { cursor, limit: 50 } } }))}
            onClose={() => setStep(null)}
          />
        </Flex>
      )}
    </Loaded>
  );
}

function Totals({ figures }: { figures: Figures }) {
  const { t } = useTranslation("journeys");
  const { exit = 0, goal = 0, stopped = 0, merged = 0, withdrawn = 0 } = figures.ended;
  const all = [
    ["entered", figures.entered],
    ["inside", figures.inside],
    ["exit", exit],
    ["goal", goal],
    ["others", stopped + merged + withdrawn],
  ] as const;
  return (
    <Row gutter={[12, 12]}>
      {all.map(([name, value]) => (
        <Col key={name} flex="1 1 140px">
          <StatCard label={t(`running.${name}`)} value={<Count value={value} />} />
        </Col>
      ))}
    </Row>
  );
}

function Beside({ figures, step }: { figures: Figures; step: string }) {
  const { t } = useTranslation("journeys");
  const { token } = theme.useToken();
  const { count } = useFormat();
  const found = figures.steps.find((one) => one.step === step);
  if (step === ENTRY) return <strong style={{ fontSize: 12 }}>{`${t("running.entered")} ${count(figures.entered)}`}</strong>;
  return (
    <span style={{ display: "flex", gap: 10, fontSize: 12 }}>
      <strong style={{ color: found?.inside ? token.colorPrimary : token.colorTextSecondary }}>{t("running.inStep", { count: found?.inside ?? 0 })}</strong>
      <span style={{ color: token.colorTextSecondary }}>{t("running.passedStep", { count: found?.passed ?? 0 })}</span>
    </span>
  );
}

function Steps({ figures, definition, onOpen }: { figures: Figures; definition: Definition; onOpen?: (step: string) => void }) {
  const { t } = useTranslation("journeys");
  const say = useSentences();
  const wayName = (step: string, way: string): string => {
    const known = t(`running.way.${way as "exit"}`, { defaultValue: "" });
    return known || say.way(definition.steps[step], way) || t("canvas.way.next");
  };
  return (
    <Table
      aria-label={t("running.steps")}
      size="small"
      rowKey="step"
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={[...figures.steps]}
      columns={[
        { title: t("running.step"), render: (_, row) => row.step },
        {
          title: t("running.inside"),
          align: "right",
          render: (_, row) =>
            onOpen && row.inside > 0 ? (
              <Opener size="small" onClick={() => onOpen(row.step)}>
                <Count value={row.inside} />
              </Opener>
            ) : (
              <Count value={row.inside} />
            ),
        },
        { title: t("running.passed"), align: "right", render: (_, row) => <Count value={row.passed} /> },
        {
          title: t("running.ways"),
          render: (_, row) => (
            <Flex gap={4} wrap>
              {Object.entries(row.ways).map(([way, people]) => (
                <Tag key={way} style={{ margin: 0 }}>
                  {wayName(row.step, way)} <Count value={people} />
                </Tag>
              ))}
            </Flex>
          ),
        },
      ]}
    />
  );
}

const CALL_COLOURS = { waiting: "warning", done: "success", failed: "error" } as const;

function Calls({ journey, definition }: { journey: Journey; definition: Definition }) {
  const { t } = useTranslation("journeys");
  const may = useMay();
  const query = useQuery({
    queryKey: [...JOURNEYS, journey.id, "calls"],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/journeys/{journey_id}/calls", { signal, params: { path: { journey_id: journey.id } } })),
  });
  const calling = Object.values(definition.steps).some((step) => step.kind === "webhook");
  if (!query.data?.length && !calling) return null;
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("running.calls")}</h2>} extra={may("journeys.manage") && <Secret journey={journey} />}>
      <Table<Schema<"MadeCall">>
        aria-label={t("running.calls")}
        size="small"
        rowKey="id"
        pagination={{ pageSize: 10, hideOnSinglePage: true }}
        scroll={{ x: "max-content" }}
        dataSource={query.data ?? []}
        locale={{ emptyText: <Empty title={t("running.noCalls")} /> }}
        columns={[
          { title: t("running.asked"), render: (_, call) => <When at={call.asked_at} /> },
          { title: t("running.url"), render: (_, call) => <Typography.Text code>{call.url}</Typography.Text> },
          { title: t("running.state"), render: (_, call) => <Tag color={CALL_COLOURS[call.state]}>{t(`running.callState.${call.state}`)}</Tag> },
          { title: t("running.tries"), align: "right", render: (_, call) => call.tries },
          { title: t("running.answer"), render: (_, call) => <span style={{ display: "inline-block", maxWidth: 320, whiteSpace: "normal" }}>{call.answer}</span> },
        ]}
      />
    </Card>
  );
}
