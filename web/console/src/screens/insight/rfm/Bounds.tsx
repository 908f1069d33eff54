import { SettingOutlined } from "@ant-design/icons";
import { Button, Form, Input, Modal, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useAddress } from "../people/address";
import type { RfmTable } from "./Rfm";
import { readBounds } from "./scores";

const NAMES = ["days", "orders", "net"] as const;
type Given = Partial<Record<(typeof NAMES)[number], string>>;

/** By which values the scores are told apart: fifths of the customers, or bounds of one's own. */
export function Bounds({ table }: { table: RfmTable | undefined }) {
  const { t } = useTranslation("insight");
  const { search, change } = useAddress();
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<Given>();
  const own = NAMES.some((name) => readBounds(search.get(name)));
  // Money is typed in yuan; the address has fen, as the API does.
  const given: Given = Object.fromEntries(NAMES.map((name) => [name, readBounds(search.get(name))?.map((bound) => (name === "net" ? bound / 100 : bound)).join(", ") ?? ""]));
  const inUse = (name: (typeof NAMES)[number]): string => {
    const bounds = table && { days: table.days_bounds, orders: table.orders_bounds, net: table.net_bounds.map((fen) => fen / 100) }[name];
    return bounds?.join(", ") ?? "";
  };
  const take = (values: Given): void => {
    change(Object.fromEntries(NAMES.map((name) => [name, inFen(values[name] ?? "", name === "net")])));
    setOpen(false);
  };
  return (
    <>
      <Button icon={<SettingOutlined />} onClick={() => setOpen(true)}>
        {t(own ? "rfm.ownBounds" : "rfm.quintiles")}
      </Button>
      <Modal open={open} title={t("rfm.bounds")} okText={t("rfm.apply")} onOk={() => form.submit()} onCancel={() => setOpen(false)} destroyOnHidden>
        <Typography.Paragraph type="secondary">{t("rfm.boundsWhat")}</Typography.Paragraph>
        <Form form={form} layout="vertical" initialValues={given} onFinish={take}>
          {NAMES.map((name) => (
            <Form.Item
              key={name}
              name={name}
              label={t(`rfm.bounds_${name}`)}
              extra={t("rfm.inUse", { bounds: inUse(name) })}
              rules={[{ validator: (_, text: string) => (text && !readBounds(inFen(text, name === "net")) ? Promise.reject(new Error(t("rfm.fourBounds"))) : Promise.resolve()) }]}
            >
              <Input placeholder={t("rfm.fifths")} allowClear />
            </Form.Item>
          ))}
        </Form>
      </Modal>
    </>
  );
}

function inFen(text: string, money: boolean): string {
  const parts = text.split(/[,，]/).map((part) => part.trim());
  if (!text.trim()) return "";
  return parts.map((part) => (money && /^-?\d+(\.\d+)?$/.test(part) ? String(Math.round(Number(part) * 100)) : part)).join(",");
}
