import { answered, api, type Schema } from "@siyu/api";
import { Count, DataTable, Empty, ErrorNote, Page, When, type Column } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Modal, Select, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../app/session";
import { pace, useArrivals } from "./useArrivals";

type Source = Schema<"SourceRead">;
const KINDS = ["web", "mini", "app", "server", "other"] as const;

/** What a kind of source is called. */
export function useKindName(): (kind: string) => string {
  const { t, i18n } = useTranslation("sources");
  return (kind) => (i18n.exists(`sources:kinds.${kind}`) ? t(`kinds.${kind}` as never) : kind);
}

/** Where messages come from. */
export function SourceList() {
  const { t } = useTranslation("sources");
  const may = useMay();
  const kindName = useKindName();
  const [adding, setAdding] = useState(false);
  const arrivals = useArrivals();
  const columns: Column<Source>[] = [
    { key: "name", title: t("list.name"), render: (row) => row.name },
    { key: "kind", title: t("list.kind"), render: (row) => <Tag>{kindName(row.kind)}</Tag> },
    { key: "last", title: t("came.last"), render: (row) => (arrivals?.has(row.id) ? <When at={arrivals.get(row.id)?.last_at} ago /> : arrivals && t("came.never")) },
    { key: "rate", title: t("came.rate"), align: "right", render: (row) => <Count value={pace(arrivals?.get(row.id)?.per_minute ?? 0)} /> },
    { key: "today", title: t("came.today"), align: "right", render: (row) => <Count value={arrivals?.get(row.id)?.today ?? 0} /> },
    { key: "keys", title: t("list.keys"), align: "right", render: (row) => <Count value={row.keys.filter((key) => !key.revoked_at).length} /> },
    { key: "created", title: t("list.created"), render: (row) => <When at={row.created_at} /> },
  ];
  const add = may("sources.manage") && (
    <Button type="primary" onClick={() => setAdding(true)}>
      {t("list.add")}
    </Button>
  );
  return (
    <Page title={t("title")} what={t("list.what")} actions={add}>
      <DataTable
        name="sources"
        title={t("title")}
        columns={columns}
        rowKey={(row) => row.id}
        href={(row) => `/sources/${row.id}`}
        queryKey={["sources", "list"]}
        empty={<Empty title={t("list.empty")}>{add}</Empty>}
        load={async (_, signal) => ({ rows: await answered(api.GET("/api/v1/sources", { signal })), next: null })}
      />
      <NewSource open={adding} onClose={() => setAdding(false)} />
    </Page>
  );
}

function NewSource({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("sources");
  const { t: shell } = useTranslation("shell");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [form] = Form.useForm<Schema<"SourceNew">>();
  const making = useMutation({
    mutationFn: (body: Schema<"SourceNew">) => answered(api.POST("/api/v1/sources", { body: { ...body, settings: {} } })),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["sources"] });
      // Its first key is shown whole there, once.
      await navigate(`/sources/${made.id}?tab=keys`, { state: { fresh: made.keys[0]?.key } });
    },
  });
  return (
    <Modal open={open} title={t("list.add")} okText={t("list.create")} confirmLoading={making.isPending} onOk={() => form.submit()} onCancel={onClose} afterClose={making.reset} destroyOnHidden>
      <ErrorNote error={making.error} />
      <Form form={form} layout="vertical" preserve={false} requiredMark={false} initialValues={{ name: "", kind: "web" }} onFinish={(body) => making.mutate(body)}>
        <Form.Item name="name" label={t("list.name")} extra={t("list.nameHint")} rules={[{ required: true, message: shell("required") }]}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="kind" label={t("list.kind")}>
          <Select options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
