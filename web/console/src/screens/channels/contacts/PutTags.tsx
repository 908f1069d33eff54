import { answered, api } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Form, Modal, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useTags } from "../mirrored";

interface Filled {
  add?: string[];
  remove?: string[];
}

interface Props {
  account: number;
  staff: string;
  contacts: readonly string[];
  open: boolean;
  onDone: () => void;
  onClose: () => void;
}

/** Tags of the platform put on contacts and taken off, in the name of who has them. */
export function PutTags({ account, staff, contacts, open, onDone, onClose }: Props) {
  const { t } = useTranslation("channels");
  const { message } = App.useApp();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [form] = Form.useForm<Filled>();
  const tags = useTags(open ? account : null);
  const options = (tags.data ?? []).map((one) => ({ value: one.tag_id, label: one.group_name ? `${one.group_name} / ${one.name}` : one.name }));
  const ordering = useMutation({
    mutationFn: ({ add = [], remove = [] }: Filled) =>
      answered(
        api.POST("/api/v1/channels/accounts/{account_id}/marks", {
          params: { path: { account_id: account } },
          body: { marks: contacts.map((contact_id) => ({ contact_id, staff_id: staff, add, remove })) },
        }),
      ),
    onSuccess: async (order) => {
      void message.success(t("marks.ordered", { count: order.total }));
      await client.invalidateQueries({ queryKey: ["channels", "marks"] });
      onDone();
      await navigate(`/channels/marks?account=${account}&order=${order.id}`);
    },
  });
  const some = (_: unknown, value: string[] | undefined): Promise<void> => {
    const other: string[] = form.getFieldValue("remove") as string[] | undefined ?? [];
    if (!value?.length && other.length === 0) return Promise.reject(new Error(t("marks.none")));
    return value?.some((one) => other.includes(one)) ? Promise.reject(new Error(t("marks.both"))) : Promise.resolve();
  };
  const select = <Select mode="multiple" showSearch={{ optionFilterProp: "label" }} options={options} loading={tags.isPending && open} placeholder={t("marks.choose")} />;
  return (
    <Modal open={open} title={t("marks.ask", { count: contacts.length })} okText={t("marks.do")} confirmLoading={ordering.isPending} onOk={() => form.submit()} onCancel={onClose} afterClose={ordering.reset} destroyOnHidden>
      <Typography.Paragraph type="secondary">{t("marks.askWhat")}</Typography.Paragraph>
      <ErrorNote error={ordering.error} />
      <Form<Filled> form={form} layout="vertical" preserve={false} requiredMark={false} onFinish={(filled) => ordering.mutate(filled)}>
        <Form.Item name="add" label={t("marks.add")} dependencies={["remove"]} rules={[{ validator: some }]}>
          {select}
        </Form.Item>
        <Form.Item name="remove" label={t("marks.remove")}>
          {select}
        </Form.Item>
      </Form>
    </Modal>
  );
}
