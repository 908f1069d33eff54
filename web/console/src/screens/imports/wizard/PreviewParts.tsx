import { Count, Empty, Money, useFormat, useIdentifierName, useLanguage } from "@siyu/kit";
import { Card, Col, Descriptions, Flex, Row, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useTargetName } from "./ColumnMeanings";
import type { Preview } from "./PreviewStep";

/** What to look at before importing: odd values, and rows that would be left out. */
export function Warnings({ preview }: { preview: Preview }) {
  const { t } = useTranslation("imports");
  const language = useLanguage();
  const format = useFormat();
  const notes = preview.notes.map((note) => ({
    key: `${note.code} ${note.value}`,
    text: language === "zh" ? note.zh : note.en,
    where: t("preview.warningRows", { count: note.rows }),
    bad: false,
  }));
  const rejects = preview.rejects.map((reject) => ({
    key: `${reject.line} ${reject.column}`,
    text: [reject.column, language === "zh" ? reject.problem.zh : reject.problem.en].filter(Boolean).join(": "),
    where: t("rejects.firstLine", { line: format.count(reject.line) }),
    bad: true,
  }));
  return (
    <Card size="small" title={t("preview.warnings")} style={{ height: "100%" }}>
      {notes.length + rejects.length === 0 ? (
        <Empty title={t("preview.noWarnings")} />
      ) : (
        <Table
          size="small"
          aria-label={t("preview.warnings")}
          showHeader={false}
          pagination={false}
          dataSource={[...rejects, ...notes]}
          columns={[
            { key: "bad", width: 80, render: (_, row) => row.bad && <Tag color="error">{t("preview.rejected")}</Tag> },
            { key: "text", render: (_, row) => row.text },
            { key: "where", align: "right", render: (_, row) => <Typography.Text type="secondary">{row.where}</Typography.Text> },
          ]}
        />
      )}
    </Card>
  );
}

/** By what customers would be known. */
export function Identifiers({ preview }: { preview: Preview }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const name = useIdentifierName();
  const found = Object.entries(preview.identifiers);
  if (found.length === 0) return null;
  return (
    <Card size="small" title={t("preview.identifiers")}>
      <Flex gap="small" wrap>
        {found.map(([type, count]) => (
          <Tag key={type}>
            {name(type)} {format.count(count)}
          </Tag>
        ))}
      </Flex>
    </Card>
  );
}

/** How the status words of the file are understood. */
export function Statuses({ preview }: { preview: Preview }) {
  const { t } = useTranslation("imports");
  const found = Object.entries(preview.statuses).map(([raw, [meaning, count]]) => ({ raw, meaning, count }));
  if (found.length === 0) return null;
  const word = (meaning: string): string => t(`mapping.statuses.${meaning}` as never);
  return (
    <Card size="small" title={t("preview.statuses")}>
      <Table
        size="small"
        rowKey="raw"
        aria-label={t("preview.statuses")}
        pagination={found.length > 8 ? { pageSize: 8, size: "small" } : false}
        dataSource={found}
        columns={[
          { key: "raw", title: t("preview.rawStatus"), render: (_, row) => row.raw },
          { key: "meaning", title: t("preview.meaning"), render: (_, row) => (row.meaning ? word(String(row.meaning)) : <Tag color="warning">{t("preview.notUnderstood")}</Tag>) },
          { key: "count", title: t("preview.count"), align: "right", render: (_, row) => <Count value={Number(row.count)} /> },
        ]}
      />
    </Card>
  );
}

interface Example {
  message_id: string;
  type: string;
  occurred_at: string;
  claims: { type: string; value: string }[];
  payload: Record<string, unknown>;
}
interface Line {
  title?: string;
  quantity?: number;
  paid_fen?: number | null;
}

/** The first records as they would come in. */
export function Examples({ preview }: { preview: Preview }) {
  const { t } = useTranslation("imports");
  const examples = preview.examples as unknown as Example[];
  if (examples.length === 0) return null;
  return (
    <Card size="small" title={t("preview.examples")} extra={<Typography.Text type="secondary">{t("preview.examplesWhat")}</Typography.Text>}>
      <Row gutter={[16, 16]}>
        {examples.slice(0, 4).map((example) => (
          <Col key={example.message_id} xs={24} lg={12}>
            <OneExample example={example} />
          </Col>
        ))}
      </Row>
    </Card>
  );
}

function OneExample({ example }: { example: Example }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const name = useIdentifierName();
  const targetName = useTargetName();
  const { payload } = example;
  const lines = (Array.isArray(payload["lines"]) ? payload["lines"] : []) as Line[];
  const amount = (key: string) => (typeof payload[key] === "number" ? <Money fen={payload[key]} /> : undefined);
  const traits = Object.entries((payload["traits"] ?? {}) as Record<string, unknown>);
  const items = [
    { key: "at", label: t("mapping.targets.placed_at"), children: format.when(example.occurred_at) },
    { key: "shop", label: t("recognise.shop"), children: text(payload["shop"]) },
    { key: "status", label: t("mapping.status"), children: text(payload["raw_status"] ?? payload["status"]) },
    { key: "paid", label: t("preview.paid"), children: amount("paid_fen") },
    { key: "refunded", label: t("preview.refunded"), children: amount("refunded_fen") },
    ...lines.slice(0, 3).map((line, at) => ({ key: `line${at}`, label: t("preview.product"), children: `${line.title ?? "—"} × ${line.quantity ?? 1}` })),
    ...traits.map(([key, value]) => ({ key, label: targetName(`traits.${key}`), children: text(value) })),
  ].filter((item) => item.children !== undefined && item.children !== "" && (item.key !== "at" || example.type === "order"));
  return (
    <Flex vertical gap="small">
      <Flex gap="small" wrap align="center">
        <strong>{example.type === "order" ? t("preview.exampleOrder", { no: text(payload["order_no"]) ?? "" }) : t("preview.exampleCustomer")}</strong>
        {example.claims.map((claim) => (
          <Tag key={`${claim.type} ${claim.value}`}>
            {name(claim.type)} {claim.value}
          </Tag>
        ))}
      </Flex>
      <Descriptions size="small" bordered column={1} items={items} />
    </Flex>
  );
}

function text(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
