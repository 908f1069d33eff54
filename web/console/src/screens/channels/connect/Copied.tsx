import { Button, Flex, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** Something to be entered on the platform, with the way to copy it. */
export function Copied({ label, value, secret = false }: { label: string; value: string; secret?: boolean }) {
  const { t } = useTranslation("channels");
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
  };
  const common = { readOnly: true, "aria-label": label, value, style: { fontFamily: "ui-monospace, Consolas, monospace" } };
  return (
    <Form layout="vertical" component="div">
      <Form.Item label={label} style={{ marginBottom: 12 }}>
        <Flex gap="small">
          {secret ? <Input.Password {...common} /> : <Input {...common} onFocus={(event) => event.target.select()} />}
          <Button onClick={() => void copy()} aria-live="polite" aria-label={t(copied ? "callback.copiedOne" : "callback.copyOne", { label })}>
            {t(copied ? "callback.copied" : "callback.copy")}
          </Button>
        </Flex>
      </Form.Item>
    </Form>
  );
}
