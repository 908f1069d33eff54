import { CheckCircleOutlined, ExclamationCircleOutlined, WarningOutlined } from "@ant-design/icons";
import type { Schema } from "@siyu/api";
import { useFormat, useLanguage } from "@siyu/kit";
import { Card, Flex, Tag, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { rangeOf } from "./range";

type Reading = Schema<"Reading">;

const LOOKS = {
  ok: { color: "success", icon: <CheckCircleOutlined /> },
  watch: { color: "warning", icon: <WarningOutlined /> },
  bad: { color: "error", icon: <ExclamationCircleOutlined /> },
} as const;

/** A number in its unit: seconds as a length of time, bytes in GB. */
function useShown(): (value: number, unit: string) => string {
  const { t } = useTranslation("system");
  const format = useFormat();
  return (value, unit) => {
    if (unit === "bytes") return format.bytes(value);
    if (unit === "seconds") return format.duration(value);
    if (unit === "per_second") return t("perSecond", { value: format.count(value) });
    return format.count(value);
  };
}

/** One number, its state, what is normal, and what to do. */
export function ReadingCard({ reading }: { reading: Reading }) {
  const { t } = useTranslation("system");
  const { t: kit } = useTranslation("kit");
  const { token } = theme.useToken();
  const language = useLanguage();
  const shown = useShown();
  const name = language === "zh" ? reading.zh : reading.en;
  const { key, ...bounds } = rangeOf(reading.normal);
  const values = Object.fromEntries(Object.entries(bounds).map(([bound, value]) => [bound, shown(value, reading.unit)]));
  return (
    <Card size="small" role="group" aria-label={name} style={{ height: "100%" }}>
      <Flex justify="space-between" align="flex-start" gap="small">
        <Typography.Text type="secondary">{name}</Typography.Text>
        <Tag {...LOOKS[reading.state]} style={{ marginInlineEnd: 0 }}>
          {t(`states.${reading.state}`)}
        </Tag>
      </Flex>
      <div style={{ fontSize: 24, lineHeight: 1.5, color: reading.state === "bad" ? token.colorErrorText : undefined }}>
        {reading.value === null ? t("unsaid") : shown(reading.value, reading.unit)}
      </div>
      <Flex vertical gap={4}>
        <Typography.Text type="secondary">{kit("stat.normal", { normal: t(`normal.${key}` as never, values as never) as unknown as string })}</Typography.Text>
        <Typography.Text type={reading.state === "ok" ? "secondary" : undefined}>{language === "zh" ? reading.advice_zh : reading.advice}</Typography.Text>
      </Flex>
    </Card>
  );
}
