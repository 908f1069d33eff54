import { Alert, Card, Form, Input, InputNumber, Select, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Group } from "../../mirrored";
import type { Draft } from "./draft";
import { Heading } from "./Roster";

/** Which group chats one gets into, and what happens when they are full. */
export function Chats({ account, groups }: { account: number; groups: readonly Group[] }) {
  const { t } = useTranslation("channels");
  const { t: shell } = useTranslation("shell");
  const fresh = Form.useWatch<Draft["new_groups"] | undefined>("new_groups");
  const options = groups.filter((one) => one.gone_at === null).map((one) => ({ value: one.group_id, label: one.name || one.group_id }));
  return (
    <Card size="small" title={<Heading text={t("form.groups")} />}>
      {options.length === 0 && (
        <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("form.noGroups")} description={<Link to={`/channels/${account}?tab=reconcile`}>{t("form.toReconcile")}</Link>} />
      )}
      <Form.Item name="group_ids" label={t("form.groups")} extra={t("form.groupsWhat")} rules={[{ required: true, message: shell("required") }]}>
        <Select mode="multiple" maxCount={5} showSearch={{ optionFilterProp: "label" }} options={options} />
      </Form.Item>
      <Form.Item name="new_groups" label={t("form.newGroups")} extra={t("form.newGroupsWhat")} valuePropName="checked">
        <Switch />
      </Form.Item>
      {fresh && (
        <>
          <Form.Item name="base_name" label={t("form.baseName")} rules={[{ required: true, whitespace: true, message: shell("required") }]}>
            <Input maxLength={40} autoComplete="off" />
          </Form.Item>
          <Form.Item name="base_number" label={t("form.baseNumber")} rules={[{ required: true, message: shell("required") }]}>
            <InputNumber min={1} max={1_000_000} precision={0} />
          </Form.Item>
        </>
      )}
    </Card>
  );
}
