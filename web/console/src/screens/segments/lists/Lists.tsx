import { DeleteOutlined, UploadOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { Confirm, Count, DataTable, DetailDrawer, Empty, ErrorNote, Page, useInAddress, When, type Column } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Flex, Form, Input, Select, Typography, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../../app/session";
import { paged } from "../../channels/staff/listing";
import { Back } from "../Back";
import { writeRule } from "../rule/tree";

type List = Schema<"UploadedList">;
const TYPES = ["customer", "phone", "member_no", "union_id", "external_userid", "user_id", "email"] as const;

/** Lists of people from files, which rules can ask of. */
export function Lists() {
  const { t, i18n } = useTranslation("segments");
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [adding, add] = useInAddress("add");
  const type = (name: string): string => (i18n.exists(`segments:lists.type.${name}`) ? t(`lists.type.${name}` as never) : name);
  const columns: Column<List>[] = [
    { key: "name", title: t("column.name"), render: (row) => row.name },
    { key: "type", title: t("lists.sort"), render: (row) => type(row.type) },
    { key: "people", title: t("column.people"), align: "right", render: (row) => <Count value={row.people} /> },
    { key: "lines", title: t("lists.lines"), align: "right", render: (row) => <Count value={row.lines} /> },
    { key: "unknown", title: t("lists.unknown"), align: "right", render: (row) => <Count value={row.unknown} /> },
    { key: "samples", title: t("lists.samples"), optional: true, render: (row) => row.unknown_lines.slice(0, 3).join("、") || "—" },
    { key: "made_at", title: t("lists.made"), render: (row) => <When at={row.made_at} /> },
    {
      key: "do",
      title: t("sets.do"),
      render: (row) =>
        may("segments.manage") && (
          <Flex gap="small">
            <Button type="link" size="small" onClick={() => void navigate(`/segments/new?${new URLSearchParams({ rule: writeRule({ condition: "list", list_id: row.id }), name: row.name }).toString()}`)}>
              {t("sets.save")}
            </Button>
            <Confirm
              size="small"
              type="text"
              danger
              icon={<DeleteOutlined />}
              label={t("delete.action")}
              title={t("lists.deleteTitle", { name: row.name })}
              okText={t("delete.action")}
              onConfirm={async () => {
                await answered(api.DELETE("/api/v1/segments/lists/{list_id}", { params: { path: { list_id: row.id } } }));
                await client.invalidateQueries({ queryKey: ["segments"] });
              }}
            >
              {t("lists.deleteWhat")}
            </Confirm>
          </Flex>
        ),
    },
  ];
  return (
    <Page title={t("lists.title")} what={t("lists.what")} above={<Back />}>
      <DataTable<List>
        name="segments.lists"
        title={t("lists.title")}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={["segments", "lists", "table"]}
        empty={<Empty title={t("lists.empty")} />}
        actions={
          may("segments.manage") && (
            <Button type="primary" icon={<UploadOutlined />} onClick={() => add("1")}>
              {t("lists.add")}
            </Button>
          )
        }
        load={async ({ cursor, limit }, signal) => paged(await answered(api.GET("/api/v1/segments/lists", { signal })), cursor, limit)}
      />
      <DetailDrawer open={adding !== null} title={t("lists.add")} width={480} onClose={() => add(null)}>
        <Adding typeName={type} onDone={() => add(null)} />
      </DetailDrawer>
    </Page>
  );
}

function Adding({ typeName, onDone }: { typeName: (name: string) => string; onDone: () => void }) {
  const { t } = useTranslation("segments");
  const { message } = App.useApp();
  const client = useQueryClient();
  const [file, setFile] = useState<File>();
  const [name, setName] = useState("");
  const [sort, setSort] = useState<string>("customer");
  const upload = useMutation({
    mutationFn: () => {
      const form = new FormData();
      form.set("file", file ?? new Blob());
      form.set("name", name.trim());
      form.set("type", sort);
      return answered(api.POST("/api/v1/segments/lists", { body: form as never, bodySerializer: (body: unknown) => body as FormData }));
    },
    onSuccess: async (list) => {
      void message.success(t("lists.done", { people: String(list.people), unknown: String(list.unknown) }));
      await client.invalidateQueries({ queryKey: ["segments"] });
      onDone();
    },
  });
  return (
    <Form layout="vertical" component="div">
      <Form.Item label={t("lists.file")} required>
        <Upload accept=".csv,.txt" maxCount={1} beforeUpload={(chosen) => {
          setFile(chosen);
          if (!name) setName(chosen.name.replace(/\.[^.]*$/, "").slice(0, 100));
          return false;
        }} onRemove={() => setFile(undefined)}>
          <Button icon={<UploadOutlined />}>{t("lists.choose")}</Button>
        </Upload>
        <Typography.Text type="secondary">{t("lists.fileWhat")}</Typography.Text>
      </Form.Item>
      <Form.Item label={t("lists.sort")}>
        <Select aria-label={t("lists.sort")} value={sort} options={TYPES.map((value) => ({ value, label: typeName(value) }))} onChange={setSort} />
      </Form.Item>
      <Form.Item label={t("column.name")} required>
        <Input aria-label={t("column.name")} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
      </Form.Item>
      <ErrorNote error={upload.error} />
      <Button type="primary" disabled={!file || !name.trim()} loading={upload.isPending} onClick={() => upload.mutate()}>
        {t("lists.upload")}
      </Button>
    </Form>
  );
}
