import { AutoComplete, Button, Checkbox, Flex, Form } from "antd";
import { useTranslation } from "react-i18next";

import { DAYS, HALF_HOURS, TIME } from "./week";

interface Props {
  /** Where in the list of the form it is. */
  at: number;
  /** The list, for what is set by a click. */
  list: string;
}

/** From when to when, and on which days. */
export function SpanFields({ at, list }: Props) {
  const { t } = useTranslation("channels");
  const { t: shell } = useTranslation("shell");
  const form = Form.useFormInstance();
  const time = [{ required: true, message: shell("required") }, { pattern: TIME, message: t("form.timeWrong") }];
  const days = (chosen: readonly number[]): void => form.setFieldValue([list, at, "days"], [...chosen]);
  return (
    <Flex gap="middle" wrap align="flex-start">
      <Form.Item name={[at, "begins"]} label={t("form.begins")} rules={[...time, { validator: (_, value) => (value === "24:00" ? Promise.reject(new Error(t("form.timeWrong"))) : Promise.resolve()) }]} style={{ width: 104 }}>
        <AutoComplete options={HALF_HOURS.slice(0, -1).map((value) => ({ value }))} maxLength={5} />
      </Form.Item>
      <Form.Item
        name={[at, "ends"]}
        label={t("form.ends")}
        dependencies={[[list, at, "begins"]]}
        rules={[...time, ({ getFieldValue }) => ({ validator: (_, value) => (value && value === getFieldValue([list, at, "begins"]) ? Promise.reject(new Error(t("form.noTime"))) : Promise.resolve()) })]}
        style={{ width: 104 }}
      >
        <AutoComplete options={HALF_HOURS.slice(1).map((value) => ({ value }))} maxLength={5} />
      </Form.Item>
      <Form.Item
        name={[at, "days"]}
        label={t("form.days")}
        // A rule "required" would say so of the group to screen readers, where it has no meaning.
        rules={[{ validator: (_, value: unknown[] | undefined) => (value?.length ? Promise.resolve() : Promise.reject(new Error(t("form.noDay")))) }]}
        extra={
          <Flex gap={4}>
            <Button size="small" type="link" style={{ padding: 0 }} onClick={() => days(DAYS)}>
              {t("form.everyDay")}
            </Button>
            <Button size="small" type="link" onClick={() => days([1, 2, 3, 4, 5])}>
              {t("form.weekdays")}
            </Button>
            <Button size="small" type="link" onClick={() => days([6, 7])}>
              {t("form.weekend")}
            </Button>
          </Flex>
        }
      >
        <Checkbox.Group options={DAYS.map((value) => ({ value, label: t(`form.day.${value}`) }))} />
      </Form.Item>
    </Flex>
  );
}
