import { ConfigProvider, Form, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** A form of labelled fields; frozen for those who may only look. */
export function Frozen({ frozen, children }: { frozen: boolean; children: ReactNode }) {
  const { t } = useTranslation("journeys");
  return (
    <ConfigProvider componentDisabled={frozen}>
      <Form layout="vertical" component="div">
        {frozen && <Typography.Paragraph type="secondary">{t("forms.step.readOnly")}</Typography.Paragraph>}
        {children}
      </Form>
    </ConfigProvider>
  );
}
