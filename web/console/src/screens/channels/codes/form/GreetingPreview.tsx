import { useBrand } from "@siyu/kit";
import { AutoComplete, Card, Flex, Form, Segmented, theme, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Draft } from "./draft";
import { DAYS, HALF_HOURS, minuteOf } from "./week";
import { filled, greetingAt, helloAt, onDutyAt } from "./welcome";

/** What would be said at some moment of the week. */
export function GreetingPreview({ staffName }: { staffName: (id: string) => string }) {
  const { t } = useTranslation("channels");
  const { token } = theme.useToken();
  const brand = useBrand();
  const draft = Form.useWatch<Partial<Draft> | undefined>([]);
  const [day, setDay] = useState<number>(1);
  const [time, setTime] = useState("10:00");
  const minute = minuteOf(time);
  const found = minute === null ? undefined : greetingAt(draft?.greetings ?? [], day, minute);
  const [staff] = onDutyAt(draft ?? {}, day, minute ?? 0);
  const text = filled(found?.text ?? "", {
    name: draft?.called || t("form.someone"),
    staff: staff ? staffName(staff) : t("form.variable.staff"),
    greeting: helloAt(minute ?? 0),
    brand: brand.name,
    store: draft?.store || t("form.variable.store"),
  });
  return (
    <Card size="small" type="inner" title={t("form.preview")} style={{ flex: "0 1 340px" }}>
      <Flex vertical gap="small">
        <Segmented size="small" aria-label={t("form.days")} value={day} options={DAYS.map((value) => ({ value, label: t(`form.day.${value}`) }))} onChange={setDay} block />
        <AutoComplete aria-label={t("form.previewTime")} value={time} options={HALF_HOURS.slice(0, -1).map((value) => ({ value }))} onChange={setTime} style={{ width: 104 }} />
        <div aria-live="polite">
          {found ? (
            <div style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", padding: "8px 12px", borderRadius: token.borderRadiusLG, background: token.colorPrimaryBg }}>{text}</div>
          ) : (
            <Typography.Text type="secondary">{t("form.silent")}</Typography.Text>
          )}
        </div>
      </Flex>
    </Card>
  );
}
