import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { useLanguage } from "@siyu/kit";
import { Flex, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { worstFirst, type Finding } from "./health";

/** What a check found, what is wrong first, each with what to do. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  const { t } = useTranslation("channels");
  return (
    <ul aria-label={t("health.findings")} style={{ listStyle: "none", margin: 0, padding: 0 }}>
      {worstFirst(findings).map((one, at) => (
        <li key={`${one.check} ${at}`} style={{ padding: "8px 0" }}>
          <One finding={one} />
        </li>
      ))}
    </ul>
  );
}

function One({ finding }: { finding: Finding }) {
  const { t } = useTranslation("channels");
  const { token } = theme.useToken();
  const language = useLanguage();
  const [said, advice] = language === "zh" ? [finding.zh, finding.advice_zh] : [finding.en, finding.advice_en];
  return (
    <Flex gap="small" align="flex-start">
      <span role="img" aria-label={t(finding.ok ? "health.right" : "health.wrong")} style={{ color: finding.ok ? token.colorSuccess : token.colorError }}>
        {finding.ok ? <CheckCircleFilled /> : <CloseCircleFilled />}
      </span>
      <Flex vertical style={{ minWidth: 0, overflowWrap: "anywhere" }}>
        <Typography.Text strong={!finding.ok}>{said}</Typography.Text>
        {!finding.ok && advice && <Typography.Text>{t("health.advice", { advice })}</Typography.Text>}
        {finding.code !== 0 && <Typography.Text type="secondary">{t("health.code", { code: String(finding.code) })}</Typography.Text>}
      </Flex>
    </Flex>
  );
}
