import { ApiError, answered, api, type Schema } from "@siyu/api";
import { Count, Loaded, Page, Share, StatCard, When, useErrorText, useFormat } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Col, Descriptions, Flex, Progress, Row, Typography, type ProgressProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useSourceName } from "../customers/names";
import { useActorName, useFormatName } from "./names";
import { Notes } from "./Notes";
import { paceOf, seenAlso, type Seen } from "./pace";
import { Rejects } from "./Rejects";
import { Resume } from "./Resume";
import { StateTag } from "./StateTag";

type Run = Schema<"Run">;
/** Milliseconds without a move after which something may be wrong. */
const PATIENCE: Partial<Record<Run["state"], number>> = { waiting: 15_000, running: 120_000 };
const BARS: Record<Run["state"], ProgressProps["status"]> = { waiting: "normal", running: "active", done: "success", failed: "exception" };

/** One import: how far it is, what it took, what it left out. */
export function ImportPage() {
  const { t } = useTranslation("imports");
  const id = Number(useParams()["id"]);
  const query = useQuery({
    queryKey: ["imports", id],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/imports/{run_id}", { signal, params: { path: { run_id: id } } })),
    refetchInterval: ({ state }) => (state.data?.state === "done" ? false : 1000),
  });
  const again = (
    <Link to="/imports/new">
      <Button tabIndex={-1}>{t("run.again")}</Button>
    </Link>
  );
  return (
    <Page title={query.data?.file_name ?? t("title")} above={<Link to="/imports">{t("run.back")}</Link>} actions={again}>
      <Loaded query={query}>
        {(run) => (
          <Flex vertical gap="middle">
            <Standing run={run} at={query.dataUpdatedAt} />
            <Figures run={run} />
            <About run={run} />
            <Notes run={run} />
            <Rejects run={run} />
          </Flex>
        )}
      </Loaded>
    </Page>
  );
}

function Standing({ run, at }: { run: Run; at: number }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const text = useErrorText();
  const pace = usePace(run);
  const share = run.state === "done" ? 1 : run.bytes_read / Math.max(run.file_bytes, 1);
  const line = format.count(run.checkpoint?.line ?? 0);
  const waits = run.state === "waiting";
  const stalled = at - Date.parse(run.updated_at) > (PATIENCE[run.state] ?? Infinity);
  return (
    <Card size="small">
      <Flex vertical gap="small">
        <Flex gap="middle" align="center" wrap>
          <StateTag state={run.state} />
          <Typography.Text type="secondary">
            {t("run.read", { read: format.bytes(Math.min(run.bytes_read, run.file_bytes)), total: format.bytes(run.file_bytes) })}
          </Typography.Text>
          {run.state === "running" && (
            <>
              <span>
                {t("run.pace")} {pace ? t("run.perSecond", { rows: format.count(Math.round(pace.rowsPerSecond)) }) : t("run.unknown")}
              </span>
              <span>
                {t("run.left")} {pace ? t("run.leftAbout", { time: format.duration(Math.ceil(pace.secondsLeft)) }) : t("run.unknown")}
              </span>
            </>
          )}
        </Flex>
        <Progress
          percent={Math.min(100, Math.floor(share * 100))}
          status={BARS[run.state]}
          aria-label={t("run.progress")}
        />
        {run.state !== "done" && run.checkpoint && <Typography.Text type="secondary">{t("run.checkpointWhat", { line })}</Typography.Text>}
        {run.state === "failed" && (
          <Alert
            type="error"
            showIcon
            title={run.error ? text(asError(run.error)) : t("run.failed")}
            description={t(run.resumable ? "run.failedKept" : "run.failedWhat", { line })}
            action={<Resume run={run} />}
          />
        )}
        {stalled && (
          <Alert
            type="warning"
            showIcon
            title={t(waits ? "run.waits" : "run.stalled")}
            description={
              <>
                {t(waits ? "run.waitsWhat" : "run.stalledWhat")} <Link to="/system">{t("run.toSystem")}</Link>
              </>
            }
            action={!waits && <Resume run={run} />}
          />
        )}
      </Flex>
    </Card>
  );
}

function asError(error: Record<string, unknown>): ApiError {
  const said = (key: string): string => (typeof error[key] === "string" ? error[key] : "");
  return new ApiError(0, said("code"), said("message"), said("message_zh"));
}

function usePace(run: Run) {
  const [seen, setSeen] = useState<readonly Seen[]>([]);
  const now = seenAlso(seen, { at: Date.parse(run.updated_at), rows: run.rows, bytes: run.bytes_read });
  if (now !== seen) setSeen(now);
  return paceOf(now, run.file_bytes);
}

function Figures({ run }: { run: Run }) {
  const { t } = useTranslation("imports");
  const share = run.rows ? run.rejected / run.rows : 0;
  return (
    <Row gutter={[16, 16]}>
      <Col xs={24} sm={8}>
        <StatCard label={t("run.rows")} value={<Count value={run.rows} />} />
      </Col>
      <Col xs={24} sm={8}>
        <StatCard label={t("run.messages")} what={t("run.messagesWhat")} value={<Count value={run.messages} />} />
      </Col>
      <Col xs={24} sm={8}>
        <StatCard
          label={t("run.rejected")}
          value={
            <>
              <Count value={run.rejected} /> <Typography.Text type="secondary">({<Share value={share} digits={2} />})</Typography.Text>
            </>
          }
          normal={t("run.normalRejected")}
          alarming={share > 0.01}
        />
      </Col>
    </Row>
  );
}

function About({ run }: { run: Run }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const formatName = useFormatName();
  const actorName = useActorName();
  const sourceName = useSourceName();
  const kind = run.kind === "orders" || run.kind === "customers" ? t(`kinds.${run.kind}`) : run.kind;
  const took = run.finished_at ? (Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000 : undefined;
  return (
    <Card size="small" title={t("run.facts")} extra={run.kind === "customers" || run.state === "done" ? <Link to={`/customers?source_id=${run.source_id}`}>{t("run.toCustomers")}</Link> : undefined}>
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2, xl: 3 }}
        items={[
          { key: "kind", label: t("list.kind"), children: kind },
          { key: "format", label: t("list.format"), children: formatName(run.format) },
          { key: "bytes", label: t("run.bytes"), children: format.bytes(run.file_bytes) },
          { key: "by", label: t("list.by"), children: actorName(run.started_by) },
          { key: "started", label: t("list.started"), children: <When at={run.started_at} precision="second" /> },
          { key: "finished", label: t("list.finished"), children: <When at={run.finished_at} precision="second" /> },
          { key: "took", label: t("run.took"), children: took === undefined ? "—" : format.duration(took) },
          { key: "source", label: t("run.source"), children: <Link to={`/sources/${run.source_id}`}>{sourceName(run.source_id)}</Link> },
          { key: "checkpoint", label: t("run.checkpoint"), children: run.checkpoint ? t("rejects.firstLine", { line: format.count(run.checkpoint.line) }) : "—" },
        ]}
      />
    </Card>
  );
}
