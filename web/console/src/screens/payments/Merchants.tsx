import { answered, api, type Schema } from "@siyu/api";
import { DataTable, DetailDrawer, Empty, ErrorNote, Opener, Page, useInAddress, type Column } from "@siyu/kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Flex, Form, Input, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../app/session";

type Merchant = Schema<"MerchantRead">;
type Entered = Schema<"MerchantChange"> & { mch_id: string };
const MERCHANTS = ["payments", "merchants"] as const;
const NEW = "new";
const PLAIN = ["name", "app_id", "serial", "platform_key_id"] as const;
const MOST = { name: 100, app_id: 64, serial: 64, platform_key_id: 80 } as const;

/** Where members' money goes to and comes from: the brand's merchants at WeChat Pay. */
export function Merchants() {
  const { t } = useTranslation("payments");
  const may = useMay();
  const [open, show] = useInAddress("merchant");
  const known = useQuery({ queryKey: [...MERCHANTS, "all"], queryFn: ({ signal }) => answered(api.GET("/api/v1/payments/merchants", { signal })) });
  const old = known.data?.find((one) => one.mch_id === open);
  const columns: Column<Merchant>[] = [
    { key: "name", title: t("merchant.name"), render: (row) => (may("payments.manage") ? <Opener onClick={() => show(row.mch_id)}>{row.name}</Opener> : row.name) },
    { key: "mch_id", title: t("merchant.mch_id"), render: (row) => row.mch_id },
    { key: "app_id", title: t("merchant.app_id"), render: (row) => row.app_id },
    { key: "serial", title: t("merchant.serial"), render: (row) => <Typography.Text style={{ maxWidth: 220 }} ellipsis={{ tooltip: row.serial }}>{row.serial}</Typography.Text> },
    { key: "notify", title: t("merchant.notify"), render: (row) => <Typography.Text code copyable>{`${location.origin}/pay/notify/${row.id}`}</Typography.Text> },
    { key: "base_url", title: t("merchant.base_url"), optional: true, render: (row) => row.base_url },
  ];
  return (
    <Page title={t("merchants")} what={t("merchantsWhat")} actions={may("payments.manage") && <Button type="primary" onClick={() => show(NEW)}>{t("merchant.connect")}</Button>}>
      <DataTable<Merchant>
        name="merchants"
        title={t("merchants")}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={[...MERCHANTS, "table"]}
        empty={<Empty title={t("merchantsNone")} />}
        load={async (_, signal) => ({ rows: await answered(api.GET("/api/v1/payments/merchants", { signal })), next: null })}
      />
      <DetailDrawer open={open !== null} title={t(open === NEW ? "merchant.connect" : "merchant.change")} onClose={() => show(null)}>
        {(old || open === NEW) && <Keys key={open} old={old} onDone={() => show(null)} />}
      </DetailDrawer>
    </Page>
  );
}

/** The keys, as the merchant platform shows them. What is stored is never shown again: a change asks for all of them. */
function Keys({ old, onDone }: { old: Merchant | undefined; onDone: () => void }) {
  const { t } = useTranslation("payments");
  const client = useQueryClient();
  const required = (name: string) => [{ required: true, whitespace: true, message: t("merchant.missing", { what: name }) }];
  const saving = useMutation({
    mutationFn: ({ mch_id, base_url, ...body }: Entered) => {
      const address = base_url?.trim(); // without one it is the platform's own
      return answered(api.PUT("/api/v1/payments/merchants/{mch_id}", { params: { path: { mch_id: mch_id.trim() } }, body: { ...body, ...(address && { base_url: address }) } as Schema<"MerchantChange"> }));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: MERCHANTS });
      onDone();
    },
  });
  return (
    <Form<Entered> layout="vertical" initialValues={{ h5: false, ...old }} onFinish={(entered) => saving.mutate(entered)}>
      <Flex vertical gap="middle" style={{ marginBottom: 16 }}>
        <Alert type="info" showIcon title={t("merchant.where")} />
      </Flex>
      <Form.Item name="mch_id" label={t("merchant.mch_id")} rules={required(t("merchant.mch_id"))}>
        <Input disabled={old !== undefined} maxLength={32} />
      </Form.Item>
      {PLAIN.map((name) => (
        <Form.Item key={name} name={name} label={t(`merchant.${name}`)} extra={t(`merchant.hint.${name}`)} rules={required(t(`merchant.${name}`))}>
          <Input maxLength={MOST[name]} />
        </Form.Item>
      ))}
      <Form.Item name="platform_key" label={t("merchant.platform_key")} extra={t("merchant.hint.platform_key")} rules={required(t("merchant.platform_key"))}>
        <Input.TextArea rows={4} maxLength={10_000} style={{ fontFamily: "monospace" }} placeholder="-----BEGIN PUBLIC KEY-----" />
      </Form.Item>
      <Form.Item name="private_key" label={t("merchant.private_key")} extra={t("merchant.hint.private_key")} rules={required(t("merchant.private_key"))}>
        <Input.TextArea rows={4} maxLength={10_000} autoComplete="off" style={{ fontFamily: "monospace" }} placeholder="-----BEGIN PRIVATE KEY-----" />
      </Form.Item>
      <Form.Item name="api_key" label={t("merchant.api_key")} extra={t("merchant.hint.api_key")} rules={required(t("merchant.api_key"))}>
        <Input.Password maxLength={64} autoComplete="new-password" />
      </Form.Item>
      <Form.Item name="base_url" label={t("merchant.base_url")} extra={t("merchant.hint.base_url")}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="h5" valuePropName="checked" extra={t("merchant.hint.h5")}>
        <Checkbox>{t("merchant.h5")}</Checkbox>
      </Form.Item>
      <ErrorNote error={saving.error} />
      <Button type="primary" htmlType="submit" loading={saving.isPending}>
        {t("merchant.save")}
      </Button>
    </Form>
  );
}
