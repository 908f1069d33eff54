import { answered, api, type Schema } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Checkbox, Form, Input, Modal, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { noteOf, type NoteFilled } from "./note";

interface Props {
  account: number;
  contact: string;
  /** Whose note; the form is closed without. */
  staff: string | null;
  staffName: string;
  onClose: () => void;
}

/** What a member of staff notes of a contact. Siyu keeps no remarks: what is left empty stays as it is on the platform. */
export function NoteForm({ account, contact, staff, staffName, onClose }: Props) {
  const { t } = useTranslation("channels");
  const { message } = App.useApp();
  const client = useQueryClient();
  const [form] = Form.useForm<NoteFilled>();
  const noting = useMutation({
    mutationFn: (body: Schema<"NoteNew">) =>
      answered(api.POST("/api/v1/channels/accounts/{account_id}/staff/{staff_id}/contacts/{contact_id}/note", { params: { path: { account_id: account, staff_id: staff ?? "", contact_id: contact } }, body })),
    onSuccess: async () => {
      void message.success(t("note.saved"));
      await client.invalidateQueries({ queryKey: ["channels", "contacts"] });
      onClose();
    },
  });
  const phones = (_: unknown, value: string[] | undefined): Promise<void> =>
    (value ?? []).every((one) => /^\+?[\d-]{1,20}$/.test(one)) ? Promise.resolve() : Promise.reject(new Error(t("note.phoneWrong")));
  return (
    <Modal open={staff !== null} title={t("note.title", { staff: staffName })} okText={t("note.save")} confirmLoading={noting.isPending} onOk={() => form.submit()} onCancel={onClose} afterClose={noting.reset} destroyOnHidden>
      <Typography.Paragraph type="secondary">{t("note.what")}</Typography.Paragraph>
      <ErrorNote error={noting.error} />
      <Form<NoteFilled> form={form} layout="vertical" preserve={false} onFinish={(filled) => noting.mutate(noteOf(filled))}>
        <Form.Item name="remark" label={t("note.remark")}>
          <Input maxLength={20} showCount autoComplete="off" />
        </Form.Item>
        <Form.Item name="description" label={t("note.description")}>
          <Input.TextArea maxLength={150} showCount autoSize={{ minRows: 2, maxRows: 5 }} />
        </Form.Item>
        <Form.Item name="phones" label={t("note.phones")} extra={t("note.phonesWhat")} rules={[{ validator: phones }]}>
          <Select mode="tags" maxCount={5} tokenSeparators={[",", "，", " "]} open={false} suffixIcon={null} />
        </Form.Item>
        <Form.Item name="replace_phones" valuePropName="checked" style={{ marginBottom: 0 }}>
          <Checkbox>{t("note.replace")}</Checkbox>
        </Form.Item>
      </Form>
    </Modal>
  );
}
