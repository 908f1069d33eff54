import { useInAddress } from "@siyu/kit";
import { Alert, Button, Flex, Segmented, theme, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SDKS, snippet, type Sdk } from "./snippet";

/** The code to send with, ready to copy. */
export function Snippets() {
  const { t } = useTranslation("sources");
  const { token } = theme.useToken();
  const [chosen, choose] = useInAddress("sdk");
  const [copied, setCopied] = useState<Sdk>();
  const sdk = SDKS.find((each) => each === chosen) ?? "browser";
  const code = snippet(sdk, location.origin);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(code);
    setCopied(sdk);
  };
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">{t("snippets.what")}</Typography.Text>
      <Flex justify="space-between" gap="small" wrap>
        <Segmented value={sdk} aria-label={t("tabs.snippets")} options={SDKS.map((value) => ({ value, label: t(`snippets.tabs.${value}`) }))} onChange={(value) => choose(value, true)} />
        <Button onClick={() => void copy()} aria-live="polite">
          {t(copied === sdk ? "snippets.copied" : "snippets.copy")}
        </Button>
      </Flex>
      <pre
        // Scrolls sideways; so the keyboard has to reach it.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        style={{ margin: 0, padding: 16, overflow: "auto", borderRadius: token.borderRadius, background: token.colorFillTertiary, fontFamily: "ui-monospace, Consolas, monospace" }}
      >
        {code}
      </pre>
      <Alert type="info" showIcon title={`${t("snippets.placeholder")} ${t("snippets.test")}`} />
    </Flex>
  );
}
