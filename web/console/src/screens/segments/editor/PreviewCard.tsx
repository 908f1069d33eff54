import { Count, ErrorNote, Share, useFormat, useLanguage } from "@siyu/kit";
import { Alert, Card, Flex, Progress, Spin, Typography } from "antd";
import { useTranslation } from "react-i18next";

import type { usePreview } from "./usePreview";

/** How many there are, of how many, how long it took to say so, and the rule as a sentence. */
export function PreviewCard({ preview }: { preview: ReturnType<typeof usePreview> }) {
  const { t } = useTranslation("segments");
  const language = useLanguage();
  const { count } = useFormat();
  const { size, counting, error, refused, open, problems } = preview;
  return (
    <Card size="small" aria-label={t("preview.title")} role="region" style={{ position: "sticky", top: 16 }}>
      <Flex justify="space-between" align="center">
        <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
          {t("preview.title")}
        </Typography.Title>
        {counting && open.size === 0 && <Spin size="small" aria-label={t("preview.counting")} />}
      </Flex>
      <div aria-live="polite">
        {size && open.size === 0 && !refused ? (
          <div style={{ opacity: counting ? 0.6 : 1 }}>
            <div style={{ fontSize: 34, lineHeight: 1.4 }}>
              <Count value={size.people} />
            </div>
            <Typography.Text type="secondary">
              {t("preview.of", { everybody: count(size.everybody) })} <Share value={size.everybody ? size.people / size.everybody : 0} />
            </Typography.Text>
            <Progress percent={size.everybody ? (100 * size.people) / size.everybody : 0} showInfo={false} size="small" aria-label={t("preview.share")} />
            <Typography.Text type="secondary">{t("preview.took", { ms: count(size.took_ms) })}</Typography.Text>
          </div>
        ) : (
          <Typography.Paragraph type="secondary" style={{ margin: "8px 0" }}>
            {open.size > 0 ? t("preview.open", { count: open.size }) : refused ? t("preview.refused") : t("preview.counting")}
          </Typography.Paragraph>
        )}
      </div>
      {problems.get("") && <Alert type="error" showIcon role="alert" title={problems.get("")} style={{ marginTop: 8 }} />}
      <ErrorNote error={error} />
      {size && !refused && open.size === 0 && (
        <>
          <Typography.Title level={3} style={{ fontSize: 14, margin: "12px 0 4px" }}>
            {t("preview.sentence")}
          </Typography.Title>
          <Typography.Text>{language === "zh" ? size.sentence_zh : size.sentence_en}</Typography.Text>
        </>
      )}
    </Card>
  );
}
