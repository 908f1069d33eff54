import { PlusOutlined } from "@ant-design/icons";
import { Button, Dropdown, Flex, Input, Typography, type GetRef } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { useVariables, withVariable } from "../content";

interface Props {
  label: string;
  value: string;
  onChange: (text: string) => void;
  rows?: number;
  max?: number;
}

/** A text with variables, each with what stands for it where nothing is known. */
export function TextBox({ label, value, onChange, rows = 4, max = 4000 }: Props) {
  const { t } = useTranslation("content");
  const names = useVariables();
  const box = useRef<GetRef<typeof Input.TextArea>>(null);
  const insert = (name: string): void => {
    const area = box.current?.resizableTextArea?.textArea;
    onChange(withVariable(value, name, t("text.fallback"), area?.selectionStart ?? value.length, area?.selectionEnd ?? value.length));
  };
  return (
    <Flex vertical gap={4}>
      <Input.TextArea ref={box} aria-label={label} value={value} maxLength={max} autoSize={{ minRows: rows, maxRows: 14 }} onChange={(event) => onChange(event.target.value)} />
      <Flex justify="space-between" gap="small" wrap align="center">
        <Dropdown trigger={["click"]} menu={{ items: names.map((name) => ({ key: name, label: name })), onClick: ({ key }) => insert(key), style: { maxHeight: 320, overflow: "auto" } }}>
          <Button size="small" icon={<PlusOutlined />} aria-haspopup="menu">
            {t("text.variable")}
          </Button>
        </Dropdown>
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {t("text.length", { characters: String([...value].length), bytes: String(new TextEncoder().encode(value).length) })}
        </Typography.Text>
      </Flex>
    </Flex>
  );
}
