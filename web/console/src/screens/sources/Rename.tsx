import { answered, api, type Schema } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** Another name for a source: what came through it stays as it is, and so do its keys. */
export function Rename({ source }: { source: Schema<"SourceRead"> }) {
  const { t } = useTranslation("sources");
  const { t: shell } = useTranslation("shell");
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<{ name: string }>();
  const renaming = useMutation({
    mutationFn: ({ name }: { name: string }) => answered(api.PATCH("/api/v1/sources/{source_id}", { params: { path: { source_id: source.id } }, body: { name } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["sources"] });
      setOpen(false);
    },
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("rename.label")}</Button>
      <Modal open={open} title={t("rename.label")} okText={t("rename.save")} confirmLoading={renaming.isPending} onOk={() => form.submit()} onCancel={() => setOpen(false)} afterClose={renaming.reset} destroyOnHidden>
        <ErrorNote error={renaming.error} />
        <Form form={form} layout="vertical" preserve={false} requiredMark={false} initialValues={{ name: source.name }} onFinish={(body) => renaming.mutate(body)}>
          <Form.Item name="name" label={t("list.name")} extra={t("rename.what")} rules={[{ required: true, whitespace: true, message: shell("required") }]}>
            <Input autoComplete="off" maxLength={200} />
          </Form.Item>
        </Form>
      </Modal>
    </>
  );
}
