import { DeleteOutlined, StarOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Input, Popover, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useKept } from "./kept";
import type { KeptView } from "./types";

interface Props {
  /** Of the table. */
  name: string;
  /** The present view, as an address behind the `?`. */
  now: string;
  onOpen: (search: string) => void;
}

/** Views that the person has saved: filters, order and length by name. */
export function Views({ name, now, onOpen }: Props) {
  const { t } = useTranslation("kit");
  const [views, setViews] = useKept<KeptView[]>(`views.${name}`, []);
  const [open, setOpen] = useState(false);
  const save = (label: string): void => setViews([...views.filter((view) => view.name !== label), { name: label, search: now }]);
  const choose = (view: KeptView): void => {
    onOpen(view.search);
    setOpen(false);
  };
  const list = (
    <Flex vertical gap="small" style={{ width: 280 }}>
      {views.length === 0 && <Typography.Text type="secondary">{t("table.noViews")}</Typography.Text>}
      {views.map((view) => (
        <Flex key={view.name} justify="space-between">
          <Button type="link" size="small" onClick={() => choose(view)} style={{ fontWeight: view.search === now ? 600 : 400 }}>
            {view.name}
          </Button>
          <Button
            type="text"
            size="small"
            icon={<DeleteOutlined />}
            aria-label={t("table.removeView", { name: view.name })}
            onClick={() => setViews(views.filter((other) => other.name !== view.name))}
          />
        </Flex>
      ))}
      <Form<{ label: string }> layout="inline" onFinish={({ label }) => save(label.trim())} style={{ flexWrap: "nowrap" }}>
        <Form.Item name="label" noStyle rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={40} aria-label={t("table.viewName")} placeholder={t("table.saveView")} />
        </Form.Item>
        <Button htmlType="submit" style={{ marginInlineStart: 8 }}>
          {t("table.save")}
        </Button>
      </Form>
    </Flex>
  );
  return (
    <Popover content={list} trigger="click" placement="bottomRight" open={open} onOpenChange={setOpen}>
      <Button icon={<StarOutlined />} aria-expanded={open}>
        {views.find((view) => view.search === now && now)?.name ?? t("table.views")}
      </Button>
    </Popover>
  );
}
