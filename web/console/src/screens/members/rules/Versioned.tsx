import { EditOutlined } from "@ant-design/icons";
import { ApiError } from "@siyu/api";
import { Empty, ErrorNote, Loaded, Page, useInAddress, When } from "@siyu/kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Flex, Form, Input, Table, Tag, Typography } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { useActorName } from "../../imports/names";

/** One version of rules that are changed as a whole; version 0 is what holds while nobody ever made any. */
export interface Version<Rules> {
  version: number;
  rules: Rules;
  at: string | null;
  actor: string;
  reason: string;
}

interface Props<Rules> {
  /** Key of the queries. */
  name: string;
  title: string;
  what: string;
  /** What it means that nobody made any. */
  none: string;
  load: (signal: AbortSignal) => Promise<Version<Rules>>;
  history: (signal: AbortSignal) => Promise<Version<Rules>[]>;
  save: (body: { version: number; rules: Rules; reason: string }) => Promise<unknown>;
  /** The rules in sentences. */
  said: (rules: Rules) => ReactNode;
  form: (draft: Rules, change: (draft: Rules) => void) => ReactNode;
  /** Below the form: what the draft would do. */
  preview?: (draft: Rules) => ReactNode;
}

/** Rules in force in sentences, a form that makes a new version of them, and how they were changed. */
export function Versioned<Rules extends object>(props: Props<Rules>) {
  const { name, title, what, load } = props;
  const query = useQuery({ queryKey: ["members", name], queryFn: ({ signal }) => load(signal) });
  return (
    <Page title={title} what={what}>
      <Loaded query={query}>{(found) => <InForce {...props} found={found} />}</Loaded>
    </Page>
  );
}

function InForce<Rules extends object>({ found, ...props }: Props<Rules> & { found: Version<Rules> }) {
  const { t } = useTranslation("members");
  const may = useMay()("ledger.manage");
  const [changing, change] = useInAddress("edit");
  // The version from which one began stays that of the draft: who saves over somebody else's change is told.
  if (changing && may) return <Changing {...props} found={found} onDone={() => change(null)} />;
  return (
    <Flex vertical gap="middle">
      <Card
        size="small"
        title={<Heading>{found.version === 0 ? t("version.none") : t("version.inForce", { version: String(found.version) })}</Heading>}
        extra={
          may && (
            <Button icon={<EditOutlined />} onClick={() => change("1")}>
              {t("version.change")}
            </Button>
          )
        }
      >
        {found.version === 0 ? <Empty title={props.none} /> : props.said(found.rules)}
      </Card>
      {found.version > 0 && <History {...props} now={found.version} />}
    </Flex>
  );
}

function Changing<Rules extends object>({ name, found, form, preview, save, onDone }: Props<Rules> & { found: Version<Rules>; onDone: () => void }) {
  const { t } = useTranslation("members");
  const client = useQueryClient();
  const [from] = useState(found);
  const [draft, change] = useState(from.rules);
  const [reason, setReason] = useState("");
  const saving = useMutation({
    mutationFn: () => save({ version: from.version, rules: draft, reason: reason.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["members", name] });
      onDone();
    },
  });
  const overtaken = saving.error instanceof ApiError && saving.error.status === 409;
  const lookAnew = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: ["members", name] });
    onDone();
  };
  return (
    <Flex vertical gap="middle">
      {form(draft, (next) => {
        saving.reset();
        change(next);
      })}
      {preview?.(draft)}
      <Form layout="vertical" component="div">
        <Form.Item label={t("reason.label")} extra={t("reason.what")} required>
          <Input.TextArea aria-label={t("reason.label")} rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Form.Item>
      </Form>
      <ErrorNote error={saving.error} />
      <Flex gap="small" wrap>
        <Button type="primary" disabled={reason.trim().length < 3} loading={saving.isPending} onClick={() => saving.mutate()}>
          {t("version.save", { version: String(from.version + 1) })}
        </Button>
        <Button onClick={onDone}>{t("version.cancel")}</Button>
        {overtaken && <Button onClick={() => void lookAnew()}>{t("version.lookAnew")}</Button>}
      </Flex>
    </Flex>
  );
}

function History<Rules extends object>({ name, history, said, now }: Props<Rules> & { now: number }) {
  const { t } = useTranslation("members");
  const actor = useActorName();
  const [shown, show] = useInAddress("version");
  const query = useQuery({ queryKey: ["members", name, "versions", now], queryFn: ({ signal }) => history(signal) });
  return (
    <section>
      <Typography.Title level={2} style={{ fontSize: 16 }}>
        {t("version.history")}
      </Typography.Title>
      <Loaded query={query}>
        {(versions) => (
          <Table<Version<Rules>>
            aria-label={t("version.history")}
            size="small"
            rowKey="version"
            pagination={false}
            dataSource={versions}
            expandable={{ expandedRowRender: (row) => said(row.rules), expandedRowKeys: shown ? [Number(shown)] : [], showExpandColumn: false }}
            columns={[
              { title: t("version.number"), render: (_, row) => <Flex gap={6}>{row.version}{row.version === now && <Tag color="success">{t("version.now")}</Tag>}</Flex> },
              { title: t("version.since"), render: (_, row) => <When at={row.at} /> },
              { title: t("version.by"), render: (_, row) => actor(row.actor) },
              { title: t("reason.label"), render: (_, row) => row.reason },
              { title: "", render: (_, row) => <Button type="link" size="small" onClick={() => show(shown === String(row.version) ? null : String(row.version))}>{t(shown === String(row.version) ? "version.hide" : "version.show")}</Button> },
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}

export function Heading({ children }: { children: ReactNode }) {
  return (
    <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
      {children}
    </Typography.Title>
  );
}
