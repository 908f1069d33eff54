import { CheckCircleOutlined, CloseCircleOutlined } from "@ant-design/icons";
import { useLanguage } from "@siyu/kit";
import { Alert, Collapse, Flex, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

import type { Checked } from "../content";

type Fit = Checked["fits"][number];

/** How what is being written stands: what has to be changed, and which ways can carry it. */
export function Fits({ checked }: { checked: Checked | undefined }) {
  const { t } = useTranslation("content");
  const language = useLanguage();
  if (!checked) return null;
  if (checked.wrong) return <Alert type="warning" showIcon title={checked.wrong[language === "zh" ? 1 : 0]} />;
  const good = checked.fits.filter((one) => one.fits);
  const bad = checked.fits.filter((one) => !one.fits);
  return (
    <Flex vertical gap="small" aria-live="polite">
      {checked.unsure.length > 0 && <Alert type="warning" showIcon title={t("fits.unsure", { names: checked.unsure.join(", "), example: `{{${checked.unsure[0]}|…}}` })} />}
      {good.length === 0 && <Alert type="error" showIcon title={t("fits.none")} />}
      {good.length > 0 && (
        <Flex vertical gap={4} role="list" aria-label={t("fits.good")}>
          {good.map((fit) => (
            <Line key={`${fit.channel} ${fit.way}`} fit={fit} />
          ))}
        </Flex>
      )}
      {bad.length > 0 && (
        <Collapse
          ghost
          size="small"
          defaultActiveKey={good.length === 0 ? ["bad"] : []}
          items={[
            {
              key: "bad",
              label: t("fits.bad", { count: bad.length }),
              children: (
                <Flex vertical gap="small" role="list" aria-label={t("fits.bad", { count: bad.length })}>
                  {bad.map((fit) => (
                    <Line key={`${fit.channel} ${fit.way}`} fit={fit} />
                  ))}
                </Flex>
              ),
            },
          ]}
        />
      )}
    </Flex>
  );
}

function Line({ fit }: { fit: Fit }) {
  const { t } = useTranslation("content");
  const { token } = theme.useToken();
  const language = useLanguage();
  const color = fit.fits ? token.colorSuccess : token.colorError;
  return (
    <Flex role="listitem" gap={6} align="flex-start">
      <span style={{ color }} role="img" aria-label={t(fit.fits ? "fits.can" : "fits.cannot")}>
        {fit.fits ? <CheckCircleOutlined /> : <CloseCircleOutlined />}
      </span>
      <div>
        <span>
          {t(`channel.${fit.channel as "wecom"}`, { defaultValue: fit.channel })} · {fit[language]}
        </span>
        {fit.complaints.map(([en, zh], at) => (
          <Typography.Text key={at} type="secondary" style={{ display: "block", fontSize: 12 }}>
            {language === "zh" ? zh : en}
          </Typography.Text>
        ))}
      </div>
    </Flex>
  );
}
