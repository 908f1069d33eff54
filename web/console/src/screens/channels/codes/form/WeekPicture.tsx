import { Flex, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { DAYS, stretches, together, uncovered, type Span } from "./week";

const WHOLE = 24 * 60;
const HOURS = [0, 6, 12, 18, 24];

/** The week as the shifts cover it; what is open is said in words too. */
export function WeekPicture({ spans }: { spans: readonly Span[] }) {
  const { t } = useTranslation("channels");
  const { token } = theme.useToken();
  const taken = spans.flatMap(stretches);
  const daysOf = (days: readonly number[]): string => (days.length === DAYS.length ? t("form.everyDay") : days.map((day) => t(`form.day.${day as 1}`)).join(t("form.and")));
  const open = together(uncovered(spans)).map((one) => `${daysOf(one.days)} ${one.begins}–${one.ends}`);
  const said = open.length === 0 ? t("form.covered") : t("form.uncovered", { times: open.join(t("form.semicolon")) });
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
