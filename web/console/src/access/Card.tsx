import { Page, useBrand } from "@siyu/kit";
import { Card, Flex, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { AppearanceSwitch, LanguageSwitch } from "../app/Header";

/** The one card of a page before the sign-in. */
export function AccessCard({ title, what, children }: { title: string; what?: string; children: ReactNode }) {
  const { t } = useTranslation("shell");
  const brand = useBrand();
  return (
    <Flex vertical style={{ minHeight: "100%", padding: 16 }}>
      <Flex justify="flex-end">
        <LanguageSwitch />
        <AppearanceSwitch />
      </Flex>
      <main style={{ margin: "4vh auto auto", width: "100%", maxWidth: 400 }}>
        <Flex gap="middle" align="center" justify="center" style={{ marginBottom: 24 }}>
          <img src="/icon.svg" alt="" width={40} height={40} />
          <Typography.Text strong style={{ fontSize: 20 }}>
            {brand.name || t("brand")}
          </Typography.Text>
        </Flex>
        <Card>
          <Page title={title}>
            {what && <Typography.Paragraph type="secondary">{what}</Typography.Paragraph>}
            {children}
          </Page>
        </Card>
      </main>
    </Flex>
  );
}
