import { Flex, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { DAYS, stretches, timeOf, uncovered, type Span } from "./week";

const WHOLE = 24 * 60;
const HOURS = [0, 6, 12, 18, 24];

/** The week as the shifts cover it; what is open is said in words too. */
export function WeekPicture({ spans }: { spans: readonly Span[] }) {
  const { t } = useTranslation("channels");
  const { token } = theme.useToken();
  const taken = spans.flatMap(stretches);
  const open = uncovered(spans);
  const words = open.map((one) => `${t(`form.day.${one.day as 1}`)} ${timeOf(one.begins)}–${timeOf(one.ends)}`);
  const said = open.length === 0 ? t("form.covered") : t("form.uncovered", { times: words.length > 8 ? [...words.slice(0, 8), "…"].join("、") : words.join("、") });
  return (
    <Flex vertical gap="small" style={{ maxWidth: 640 }}>
      <div role="img" aria-label={t("form.week")}>
        {DAYS.map((day) => (
          <Flex key={day} align="center" gap="small" style={{ marginBottom: 3 }}>
            <Typography.Text type="secondary" style={{ width: 32 }}>
              {t(`form.day.${day}`)}
            </Typography.Text>
            <div style={{ position: "relative", flex: 1, height: 14, borderRadius: token.borderRadiusSM, background: token.colorFillSecondary, overflow: "hidden" }}>
              {taken
                .filter((one) => one.day === day)
                .map((one, at) => (
                  <div key={at} style={{ position: "absolute", top: 0, bottom: 0, left: `${(one.begins / WHOLE) * 100}%`, width: `${((one.ends - one.begins) / WHOLE) * 100}%`, background: token.colorPrimary, opacity: 0.75 }} />
                ))}
            </div>
          </Flex>
        ))}
        <Flex justify="space-between" style={{ marginInlineStart: 40 }}>
          {HOURS.map((hour) => (
            <Typography.Text key={hour} type="secondary" style={{ fontSize: 12 }}>
              {hour}:00
            </Typography.Text>
          ))}
        </Flex>
      </div>
      <Typography.Text type="secondary">{said}</Typography.Text>
    </Flex>
  );
}
