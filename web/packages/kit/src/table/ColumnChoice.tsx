import { SettingOutlined } from "@ant-design/icons";
import { Button, Checkbox, Flex, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  columns: readonly { key: string; title: string }[];
  shown: readonly string[];
  /** `undefined` goes back to the default. */
  onChange: (shown: string[] | undefined) => void;
}

/** Which columns are shown. The first always is: it leads to the row. */
export function ColumnChoice({ columns, shown, onChange }: Props) {
  const { t } = useTranslation("kit");
  const [open, setOpen] = useState(false);
  const toggle = (key: string, on: boolean): void =>
    onChange(columns.map((column) => column.key).filter((other) => (other === key ? on : shown.includes(other))));
  const list = (
    <Flex vertical gap="small">
      {columns.map((column, index) => (
        <Checkbox
          key={column.key}
          checked={shown.includes(column.key)}
          disabled={index === 0}
          onChange={(event) => toggle(column.key, event.target.checked)}
        >
          {column.title}
        </Checkbox>
      ))}
      <Button type="link" size="small" onClick={() => onChange(undefined)}>
        {t("table.resetColumns")}
      </Button>
    </Flex>
  );
  return (
    <Popover content={list} trigger="click" placement="bottomRight" open={open} onOpenChange={setOpen}>
      <Button icon={<SettingOutlined />} aria-expanded={open}>
        {t("table.columns")}
      </Button>
    </Popover>
  );
}
