import { ErrorNote } from "@siyu/kit";
import { Button, Card, Flex, Form, Input, Select } from "antd";
import { useTranslation } from "react-i18next";

import { useGroups, useStaff, useStaffName, useTags } from "../../mirrored";
import { isGreeted, isServed, type CodeKind } from "../codes";
import { Chats } from "./Chats";
import type { Draft } from "./draft";
import { Greetings } from "./Greetings";
import { Heading, Roster } from "./Roster";
import { unknownIn } from "./welcome";

const IN_REMARK = ["name", "store", "date"];

interface Props {
  account: number;
  kind: CodeKind;
  draft: Draft;
  /** A code that is there keeps what its QR carries. */
  fresh: boolean;
  saving: boolean;
  error: unknown;
  onSave: (draft: Draft) => void;
  onCancel: () => void;
}

/** Everything an operator says of a code. */
export function CodeForm({ account, kind, draft, fresh, saving, error, onSave, onCancel }: Props) {
  const { t } = useTranslation("channels");
  const [form] = Form.useForm<Draft>();
  const staff = useStaff(account);
  const groups = useGroups(kind === "group" ? account : null);
  const staffName = useStaffName(account);
  return (
    <Form<Draft> form={form} layout="vertical" requiredMark={false} initialValues={draft} onFinish={() => onSave({ ...draft, ...(form.getFieldsValue(true) as Draft) })} scrollToFirstError style={{ maxWidth: 980 }}>
      <Flex vertical gap="middle">
        <Basics fresh={fresh} />
        {kind === "group" && <Chats account={account} groups={groups.data ?? []} />}
        {isServed(kind) && <Roster account={account} staff={staff.data ?? []} />}
        {isGreeted(kind) && <Greetings account={account} kind={kind} staffName={staffName} />}
        <Marks account={account} kind={kind} />
        <div>
          <ErrorNote error={error} />
          <Flex gap="small">
            <Button type="primary" htmlType="submit" loading={saving}>
              {t(fresh ? "form.create" : "form.save")}
            </Button>
            <Button onClick={onCancel}>{t("form.cancel")}</Button>
          </Flex>
        </div>
      </Flex>
    </Form>
  );
}

function Basics({ fresh }: { fresh: boolean }) {
  const { t } = useTranslation("channels");
  const { t: shell } = useTranslation("shell");
  return (
    <Card size="small" title={<Heading text={t("form.basics")} />}>
      <Form.Item name="name" label={t("codes.name")} extra={t("form.nameHint")} rules={[{ required: true, whitespace: true, message: shell("required") }]}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Flex gap="middle" wrap>
        <Form.Item name="region" label={t("form.region")} style={{ flex: "1 1 200px" }}>
          <Input maxLength={60} autoComplete="off" placeholder={t("form.regionHint")} />
        </Form.Item>
        <Form.Item name="store" label={t("form.store")} style={{ flex: "1 1 200px" }}>
          <Input maxLength={60} autoComplete="off" placeholder={t("form.storeHint")} />
        </Form.Item>
        {fresh && (
          <Form.Item name="state" label={t("form.state")} extra={t("form.stateHint")} rules={[{ pattern: /^[A-Za-z0-9_]{1,20}$/, message: t("form.stateWrong") }]} style={{ flex: "1 1 240px" }}>
            <Input maxLength={20} autoComplete="off" spellCheck={false} />
          </Form.Item>
        )}
      </Flex>
      <Form.Item name="note" label={t("form.note")} style={{ marginBottom: 0 }}>
        <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} maxLength={500} />
      </Form.Item>
    </Card>
  );
}

/** What whoever comes gets: our tags, those of the platform, a remark. */
function Marks({ account, kind }: { account: number; kind: CodeKind }) {
  const { t } = useTranslation("channels");
  const tags = useTags(isServed(kind) ? account : null);
  const known = (_: unknown, text: string | undefined): Promise<void> => {
    const [unknown] = unknownIn(text ?? "", IN_REMARK);
    return unknown === undefined ? Promise.resolve() : Promise.reject(new Error(t("form.unknown", { name: unknown })));
  };
  return (
    <Card size="small" title={<Heading text={t("form.marks")} />}>
      <Form.Item name="tags" label={t("form.tags")} extra={t("form.tagsWhat")}>
        <Select mode="tags" tokenSeparators={[",", "，"]} open={false} suffixIcon={null} />
      </Form.Item>
      {isServed(kind) && (
        <>
          <Form.Item name="platform_tag_ids" label={t("form.platformTags")} extra={t("form.platformTagsWhat")}>
            <Select mode="multiple" showSearch={{ optionFilterProp: "label" }} options={(tags.data ?? []).map((one) => ({ value: one.tag_id, label: one.group_name ? `${one.group_name} / ${one.name}` : one.name }))} />
          </Form.Item>
          <Form.Item name="remark" label={t("form.remark")} extra={t("form.remarkWhat")} rules={[{ validator: known }]} style={{ marginBottom: 0 }}>
            <Input maxLength={60} autoComplete="off" style={{ maxWidth: 320 }} />
          </Form.Item>
        </>
      )}
    </Card>
  );
}
