import { answered, api } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Card, Descriptions, Flex, Form, Input, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import { useAccountsAgain, useSaid, type Account, type Kind } from "../accounts";
import { Copied } from "../connect/Copied";
import { changedIn } from "../connect/fields";
import { Fields } from "../Fields";

/** What was filled in; secrets only say that they are there. */
export function Settings({ account, kind }: { account: Account; kind: Kind | undefined }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  return (
    <Flex vertical gap="middle" style={{ maxWidth: 720 }}>
      {account.callback_url !== null && (
        <Card size="small">
          <Copied label={t("callback.url")} value={account.callback_url} />
          <Link to={`/channels/connect?account=${account.id}`}>{t("account.toCallback")}</Link>
        </Card>
      )}
      {may("channels.manage") && kind ? <Change account={account} kind={kind} /> : <Shown account={account} kind={kind} />}
    </Flex>
  );
}

function Change({ account, kind }: { account: Account; kind: Kind }) {
  const { t } = useTranslation("channels");
  const { t: shell } = useTranslation("shell");
  const { message } = App.useApp();
  const again = useAccountsAgain();
  const [form] = Form.useForm<Record<string, string>>();
  // A new number forgets what was typed, secrets above all.
  const [round, setRound] = useState(0);
  const fields = kind.fields.filter((one) => one.name !== kind.external_id);
  const saving = useMutation({
    mutationFn: (filled: Record<string, string>) => {
      const body = { name: filled["account_name"]?.trim() ?? null, values: changedIn(filled, fields, account.settings) };
      return answered(api.PATCH("/api/v1/channels/accounts/{account_id}", { params: { path: { account_id: account.id } }, body }));
    },
    onSuccess: async () => {
      await again();
      setRound((old) => old + 1);
      void message.success(t("account.saved"));
    },
  });
  return (
    <Card size="small">
      <ErrorNote error={saving.error} />
      <Form<Record<string, string>> key={round} form={form} layout="vertical" preserve={false} requiredMark={false} initialValues={{ ...account.settings, account_name: account.name }} onFinish={(filled) => saving.mutate(filled)} scrollToFirstError>
        <Form.Item label={t("fields.external")}>
          <Typography.Text code>{account.external_id}</Typography.Text>
        </Form.Item>
        <Form.Item name="account_name" label={t("fields.name")} rules={[{ required: true, whitespace: true, message: shell("required") }]}>
          <Input autoComplete="off" maxLength={200} />
        </Form.Item>
        <Fields form={form} fields={fields} filled={account.secrets} />
        <Button type="primary" htmlType="submit" loading={saving.isPending}>
          {t("account.save")}
        </Button>
      </Form>
    </Card>
  );
}

function Shown({ account, kind }: { account: Account; kind: Kind | undefined }) {
  const { t } = useTranslation("channels");
  const said = useSaid();
  const label = (name: string): string => {
    const field = kind?.fields.find((one) => one.name === name);
    return field ? said(field) : name;
  };
  const items = [
    { key: "external", label: t("fields.external"), children: account.external_id },
    ...Object.entries(account.settings).map(([key, value]) => ({ key, label: label(key), children: value || "—" })),
    ...account.secrets.map((key) => ({ key, label: label(key), children: t("fields.filled") })),
  ];
  return <Descriptions bordered size="small" column={1} items={items} />;
}
