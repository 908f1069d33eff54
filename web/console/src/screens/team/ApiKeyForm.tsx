import { answered, api, type Schema } from "@siyu/api";
import { ErrorNote, useLanguage } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Checkbox, DatePicker, Flex, Form, Input, Modal, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";

import { useMe } from "../../app/session";

interface Filled {
  name: string;
  scopes: string[];
  expires: Dayjs | null;
}

interface Props {
  open: boolean;
  saving: boolean;
  error: unknown;
  onSave: (body: Schema<"ApiKeyNew">) => void;
  onClose: () => void;
}

/** Name, scopes and expiry of a new key; nobody can give what they do not hold. */
export function ApiKeyForm({ open, saving, error, onSave, onClose }: Props) {
  const { t } = useTranslation("team");
  const { t: shell } = useTranslation("shell");
  const language = useLanguage();
  const { rights } = useMe();
  const [form] = Form.useForm<Filled>();
  const table = useQuery({
    queryKey: ["team", "rights"],
    staleTime: Infinity,
    enabled: open,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/rights", { signal })),
  });
  const save = (filled: Filled): void =>
    onSave({ name: filled.name, scopes: filled.scopes, expires_at: filled.expires ? filled.expires.endOf("day").toISOString() : null });
  return (
    <Modal open={open} title={t("keys.add")} okText={t("keys.create")} confirmLoading={saving} onOk={() => form.submit()} onCancel={onClose} destroyOnHidden width={600}>
      <ErrorNote error={error} />
      <Form<Filled> form={form} layout="vertical" preserve={false} requiredMark={false} initialValues={{ name: "", scopes: [], expires: null }} onFinish={save}>
        <Form.Item name="name" label={t("keys.name")} extra={t("keys.nameHint")} rules={[{ required: true, message: shell("required") }]}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="scopes" label={t("keys.scopes")} rules={[{ required: true, message: shell("required") }]}>
          <Checkbox.Group>
            <Flex vertical gap={4}>
              {table.data
                ?.filter((row) => rights.includes(row.right))
                .map((row) => (
                  <Checkbox key={row.right} value={row.right}>
                    {row[language]} <Typography.Text type="secondary">{row.right}</Typography.Text>
                  </Checkbox>
                ))}
            </Flex>
          </Checkbox.Group>
        </Form.Item>
        <Form.Item name="expires" label={t("keys.expires")} extra={t("keys.expiresHint")}>
          <DatePicker style={{ width: "100%" }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
