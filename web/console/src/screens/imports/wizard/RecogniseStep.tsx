import { answered, api, ApiError } from "@siyu/api";
import { Share, Sideways, useErrorText, useFormat, useLanguage } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Form, Input, Segmented, Select, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { DropMapping } from "./DropMapping";
import { searchOf, type How } from "./how";
import { useWaiting, type Waiting } from "./Wizard";

const PLATFORMS = ["taobao", "jd", "doudian", "youzan", "wechat_shop", "pinduoduo"] as const;

/** What the file is; where that is not known, what can be done. */
export function RecogniseStep() {
  const { t } = useTranslation("imports");
  const language = useLanguage();
  const format = useFormat();
  const waiting = useWaiting();
  const { recognised } = waiting;
  return (
    <Flex vertical gap="middle">
      {recognised ? (
        <Alert
          type="success"
          showIcon
          title={t("recognise.found", { title: language === "zh" ? recognised.title_zh : recognised.title })}
          description={t("recognise.foundWhat", { share: format.share(recognised.score, 0) })}
        />
      ) : (
        <Problem waiting={waiting} />
      )}
      {waiting.columns.length > 0 && (
        <>
          <Reading waiting={waiting} />
          <Columns waiting={waiting} />
        </>
      )}
    </Flex>
  );
}

function Problem({ waiting }: { waiting: Waiting }) {
  const { t } = useTranslation("imports");
  const text = useErrorText();
  const readable = waiting.columns.length > 0;
  const problem = waiting.problem as { code?: string; message?: string; message_zh?: string } | null;
  const todo = readable ? [t("recognise.todoAgain"), t("recognise.todoPlatform"), t("recognise.todoMapping")] : [t("recognise.todoUnreadable")];
  return (
    <Alert
      type={readable ? "warning" : "error"}
      showIcon
      title={t(readable ? "recognise.unknown" : "recognise.unreadable")}
      description={
        <Flex vertical gap="small">
          <span>{text(new ApiError(422, problem?.code ?? "", problem?.message ?? "", problem?.message_zh ?? ""))}</span>
          <strong>{t("recognise.todo")}</strong>
          <ul style={{ margin: 0, paddingInlineStart: 20 }}>
            {todo.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </Flex>
      }
    />
  );
}

function Reading({ waiting }: { waiting: Waiting }) {
  const { t } = useTranslation("imports");
  const navigate = useNavigate();
  const { recognised } = waiting;
  const [how, setHow] = useState<How>({ kind: recognised?.kind ?? "orders", platform: null, shop: "", mapping: null });
  const mappings = useQuery({ queryKey: ["imports", "mappings"], queryFn: ({ signal }) => answered(api.GET("/api/v1/imports/mappings", { signal })) });
  const saved = (mappings.data ?? []) as { name: string; kind: How["kind"] }[];
  const ready = recognised || how.platform || how.mapping;
  return (
    <Card size="small">
      <Form layout="vertical" onFinish={() => void navigate(`preview?${searchOf(how)}`)}>
        <Flex gap="middle" wrap>
          <Form.Item label={t("recognise.kind")}>
            <Segmented
              value={how.kind}
              aria-label={t("recognise.kind")}
              options={[
                { value: "orders", label: t("kinds.orders") },
                { value: "customers", label: t("kinds.customers") },
              ]}
              onChange={(kind: How["kind"]) => setHow({ ...how, kind, mapping: null })}
            />
          </Form.Item>
          <Form.Item label={t("recognise.platform")} htmlFor="platform">
            <Select
              id="platform"
              style={{ width: 180 }}
              value={how.platform ?? ""}
              disabled={how.mapping !== null}
              options={[{ value: "", label: t("recognise.automatic") }, ...PLATFORMS.map((value) => ({ value, label: t(`platforms.${value}`) }))]}
              onChange={(platform) => setHow({ ...how, platform: platform || null })}
            />
          </Form.Item>
          {saved.length > 0 && (
            <Form.Item label={t("recognise.saved")} htmlFor="mapping">
              <Flex gap={4}>
                <Select
                  id="mapping"
                  allowClear
                  style={{ width: 200 }}
                  value={how.mapping}
                  options={saved.map(({ name, kind }) => ({ value: name, label: `${name} (${t(`kinds.${kind}`)})` }))}
                  onChange={(mapping: string | undefined) => {
                    const found = saved.find(({ name }) => name === mapping);
                    setHow({ ...how, mapping: mapping ?? null, platform: null, kind: found?.kind ?? how.kind });
                  }}
                />
                {how.mapping && <DropMapping name={how.mapping} onDropped={() => setHow({ ...how, mapping: null })} />}
              </Flex>
            </Form.Item>
          )}
          <Form.Item label={t("recognise.shop")} htmlFor="shop">
            <Input id="shop" style={{ width: 220 }} value={how.shop} placeholder={t("recognise.shopHint")} onChange={(event) => setHow({ ...how, shop: event.target.value })} />
          </Form.Item>
        </Flex>
        <Flex gap="small">
          <Button type={ready ? "primary" : "default"} htmlType="submit" disabled={!ready}>
            {t("recognise.toPreview")}
          </Button>
          <Link to={`mapping?kind=${how.kind}`}>
            <Button type={ready ? "default" : "primary"} tabIndex={-1}>
              {t("recognise.byHand")}
            </Button>
          </Link>
        </Flex>
      </Form>
    </Card>
  );
}

function Columns({ waiting }: { waiting: Waiting }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const { recognised } = waiting;
  const purpose = (name: string) => {
    if (!recognised) return "—";
    if (recognised.understood.includes(name)) return <Tag color="success">{t("recognise.understood")}</Tag>;
    if (recognised.ignored.includes(name)) return <Tag>{t("recognise.ignored")}</Tag>;
    return <Tag color="warning">{t("recognise.notKnown")}</Tag>;
  };
  return (
    <Card
      size="small"
      title={t("recognise.columns")}
      extra={
        <Typography.Text type="secondary">
          {[`${t("recognise.size")} ${format.bytes(waiting.bytes)}`, recognised?.encoding && `${t("recognise.encoding")} ${recognised.encoding}`].filter(Boolean).join(" · ")}
        </Typography.Text>
      }
    >
      <Sideways label={t("recognise.columns")}>
        <Table<Waiting["columns"][number]>
          size="small"
          rowKey="name"
          aria-label={t("recognise.columns")}
          dataSource={waiting.columns}
          pagination={waiting.columns.length > 50 ? { pageSize: 50 } : false}
          style={{ minWidth: "max-content" }}
          columns={[
            { key: "name", title: t("recognise.column"), render: (_, row) => row.name },
            { key: "samples", title: t("recognise.samples"), render: (_, row) => <Typography.Text type="secondary">{row.samples.join(" · ")}</Typography.Text> },
            { key: "filled", title: t("recognise.filled"), align: "right", render: (_, row) => <Share value={row.filled} digits={0} /> },
            ...(recognised ? [{ key: "use", title: t("recognise.use"), render: (_: unknown, row: Waiting["columns"][number]) => purpose(row.name) }] : []),
          ]}
        />
      </Sideways>
      {recognised && recognised.absent.length > 0 && (
        <Typography.Paragraph type="secondary" style={{ marginTop: 12 }} ellipsis={{ rows: 2, expandable: true }}>
          {t("recognise.absent", { columns: recognised.absent.join("、") })}
        </Typography.Paragraph>
      )}
    </Card>
  );
}
