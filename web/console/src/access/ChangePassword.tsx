import { answered, api } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { App, Form, Input, Modal } from "antd";
import { useTranslation } from "react-i18next";

import { NewPasswordFields } from "./fields";

/** One's own password; every other session of the person ends. */
export function ChangePassword({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("shell");
  const { message } = App.useApp();
  const [form] = Form.useForm<{ old: string; password: string }>();
  const changing = useMutation({
    mutationFn: ({ old, password }: { old: string; password: string }) =>
      answered(api.POST("/api/v1/me/password", { body: { old, new: password } })),
    onSuccess: () => {
      void message.success(t("password.changed"));
      onClose();
    },
  });
  return (
    <Modal
      open={open}
      title={t("password.title")}
      okText={t("password.submit")}
      onOk={form.submit}
      onCancel={onClose}
      confirmLoading={changing.isPending}
      destroyOnHidden
      afterClose={changing.reset}
    >
      <Form form={form} layout="vertical" requiredMark={false} onFinish={changing.mutate} preserve={false}>
        <Form.Item name="old" label={t("password.old")} rules={[{ required: true, message: t("required") }]}>
          <Input.Password autoComplete="current-password" maxLength={1000} autoFocus />
        </Form.Item>
        <NewPasswordFields />
        <ErrorNote error={changing.error} />
      </Form>
    </Modal>
  );
}
