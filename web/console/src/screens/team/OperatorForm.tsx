import type { Schema } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { Checkbox, Flex, Form, Input, Modal, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { memberOf, useMembers } from "../channels/members";

export interface Filled {
  login: string;
  name: string;
  roles: Schema<"Role">[];
  /** Members of staff that they are, as `account/staff`. */
  staff: string[];
}

const ROLES: readonly Schema<"Role">[] = ["owner", "operator", "analyst", "staff", "auditor"];

interface Props {
  /** Whom to change, or `new`; closed without. */
  operator: Schema<"OperatorRead"> | "new" | undefined;
  /** Whom they are now. */
  staff: string[];
  saving: boolean;
  error: unknown;
  onSave: (filled: Filled) => void;
  onClose: () => void;
}

/** Login, name and roles of a member. */
export function OperatorForm({ operator, staff, saving, error, onSave, onClose }: Props) {
  const { t } = useTranslation("team");
  const { t: shell } = useTranslation("shell");
  const [form] = Form.useForm<Filled>();
  const fresh = operator === "new";
  const members = useMembers();
  // Who has left stays to be seen, and can be taken away.
  const options = [...members, ...staff.filter((value) => members.every((one) => one.value !== value)).map((value) => ({ value, label: memberOf(value).staff_id }))].map(({ value, label }) => ({ value, label }));
  return (
    <Modal
      open={operator !== undefined}
      title={t(fresh ? "operators.add" : "operators.edit")}
      okText={t(fresh ? "operators.create" : "operators.save")}
      confirmLoading={saving}
      onOk={() => form.submit()}
      onCancel={onClose}
      destroyOnHidden
    >
      <ErrorNote error={error} />
      <Form<Filled>
        form={form}
        layout="vertical"
        preserve={false}
        requiredMark={false}
        initialValues={fresh || !operator ? { login: "", name: "", roles: ["operator"], staff: [] } : { ...operator, staff }}
        onFinish={onSave}
      >
        <Form.Item name="login" label={t("operators.login")} extra={fresh ? t("operators.loginHint") : undefined} rules={[{ required: true, message: shell("required") }]}>
          <Input disabled={!fresh} autoComplete="off" />
        </Form.Item>
        <Form.Item name="name" label={t("operators.name")} rules={[{ required: !fresh, message: shell("required") }]}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="roles" label={t("operators.roles")} extra={t("operators.rolesHint")} rules={[{ type: "array", min: 1, message: shell("required") }]}>
          <Checkbox.Group>
            <Flex vertical gap="small">
              {ROLES.map((role) => (
                <Checkbox key={role} value={role}>
                  {t(`roles.${role}`)} <Typography.Text type="secondary">{t(`roleWhat.${role}`)}</Typography.Text>
                </Checkbox>
              ))}
            </Flex>
          </Checkbox.Group>
        </Form.Item>
        <Form.Item name="staff" label={t("operators.staff")} extra={t("operators.staffHint")}>
          <Select mode="multiple" aria-label={t("operators.staff")} showSearch={{ optionFilterProp: "label" }} options={options} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
