import { PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Flex, Form, InputNumber, Radio, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { canServe, type Workload } from "../../mirrored";
import { ALL_DAY, WORKING_HOURS, type Draft } from "./draft";
import { SpanFields } from "./SpanFields";
import { WeekPicture } from "./WeekPicture";

interface Props {
  account: number;
  staff: readonly Workload[];
}

/** Who serves those who come: always, by schedule, in need; and how many each gets. */
export function Roster({ account, staff }: Props) {
  const { t } = useTranslation("channels");
  const options = staff.filter(canServe).map((one) => ({ value: one.staff_id, label: one.name && one.name !== one.staff_id ? `${one.name} (${one.staff_id})` : one.staff_id }));
  const select = <Select mode="multiple" showSearch={{ optionFilterProp: "label" }} options={options} placeholder={t("form.chooseStaff")} />;
  return (
    <Card size="small" title={<Heading text={t("form.roster")} />}>
      {options.length === 0 && (
        <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("form.noStaff")} description={<Link to={`/channels/${account}?tab=reconcile`}>{t("form.toReconcile")}</Link>} />
      )}
      <Form.Item name="staff" label={t("form.always")} extra={t("form.alwaysWhat")}>
        {select}
      </Form.Item>
      <Shifts options={options} />
      <Form.Item name="backups" label={t("form.backups")} extra={t("form.backupsWhat")} rules={[{ required: true, message: t("form.backupsNeeded") }]}>
        {select}
      </Form.Item>
      <Form.Item name="daily_cap" label={t("form.cap")} extra={t("form.capWhat")}>
        <InputNumber min={1} max={10_000} precision={0} placeholder={t("form.noCap")} style={{ width: 160 }} />
      </Form.Item>
      <Caps options={options} />
      <VerifyFree />
    </Card>
  );
}

export function Heading({ text }: { text: string }) {
  return (
    <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
      {text}
    </Typography.Title>
  );
}

type Options = { value: string; label: string }[];

function Shifts({ options }: { options: Options }) {
  const { t } = useTranslation("channels");
  const { t: shell } = useTranslation("shell");
  const shifts = Form.useWatch<Draft["shifts"] | undefined>("shifts");
  const whole = (shifts ?? []).filter((one) => Array.isArray(one?.days) && one.begins && one.ends);
  return (
    <Form.Item label={t("form.shifts")} extra={t("form.shiftsWhat")}>
      <Form.List name="shifts">
        {(fields, { add, remove }) => (
          <Flex vertical gap="small">
            {fields.map((field, index) => (
              <Card key={field.key} size="small" type="inner" title={t("form.shift", { number: String(index + 1) })} extra={<Button size="small" onClick={() => remove(field.name)}>{t("form.remove")}</Button>}>
                <SpanFields at={field.name} list="shifts" />
                <Form.Item name={[field.name, "staff"]} label={t("form.shiftStaff")} rules={[{ required: true, message: shell("required") }]} style={{ marginBottom: 0 }}>
                  <Select mode="multiple" showSearch={{ optionFilterProp: "label" }} options={options} placeholder={t("form.chooseStaff")} />
                </Form.Item>
              </Card>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({ ...WORKING_HOURS, staff: [] })} style={{ alignSelf: "flex-start" }}>
              {t("form.addShift")}
            </Button>
            {whole.length > 0 && <WeekPicture spans={whole} />}
          </Flex>
        )}
      </Form.List>
    </Form.Item>
  );
}

/** Caps of single members, before the common one. */
function Caps({ options }: { options: Options }) {
  const { t } = useTranslation("channels");
  const { t: shell } = useTranslation("shell");
  return (
    <Form.List name="caps">
      {(fields, { add, remove }) => (
        <Flex vertical gap="small" style={{ marginBottom: 24 }}>
          {fields.map((field) => (
            <Flex key={field.key} gap="small" align="flex-end" wrap>
              <Form.Item name={[field.name, "staff"]} label={t("form.capStaff")} rules={[{ required: true, message: shell("required") }]} style={{ marginBottom: 0, minWidth: 220 }}>
                <Select showSearch={{ optionFilterProp: "label" }} options={options} />
              </Form.Item>
              <Form.Item name={[field.name, "cap"]} label={t("form.capOf")} rules={[{ required: true, message: shell("required") }]} style={{ marginBottom: 0 }}>
                <InputNumber min={1} max={10_000} precision={0} />
              </Form.Item>
              <Button onClick={() => remove(field.name)}>{t("form.remove")}</Button>
            </Flex>
          ))}
          <Button size="small" icon={<PlusOutlined />} onClick={() => add({ cap: 50 })} style={{ alignSelf: "flex-start" }}>
            {t("form.addCap")}
          </Button>
        </Flex>
      )}
    </Form.List>
  );
}

function VerifyFree() {
  const { t } = useTranslation("channels");
  const chosen = Form.useWatch<Draft["verify_free"] | undefined>("verify_free");
  return (
    <>
      <Form.Item name="verify_free" label={t("form.verify")} extra={t("form.verifyWhat")}>
        <Radio.Group options={(["always", "during", "never"] as const).map((value) => ({ value, label: t(`form.verifyFree.${value}`) }))} />
      </Form.Item>
      {chosen === "during" && (
        <Form.List name="verify_free_during" rules={[{ validator: (_, value: unknown[] | undefined) => (value?.length ? Promise.resolve() : Promise.reject(new Error(t("form.verifyNeeded")))) }]}>
          {(fields, { add, remove }, { errors }) => (
            <Flex vertical gap="small">
              {fields.map((field, index) => (
                <Card key={field.key} size="small" type="inner" title={t("form.window", { number: String(index + 1) })} extra={<Button size="small" onClick={() => remove(field.name)}>{t("form.remove")}</Button>}>
                  <SpanFields at={field.name} list="verify_free_during" />
                </Card>
              ))}
              <Button icon={<PlusOutlined />} onClick={() => add({ ...ALL_DAY })} style={{ alignSelf: "flex-start" }}>
                {t("form.addWindow")}
              </Button>
              <Form.ErrorList errors={errors} />
            </Flex>
          )}
        </Form.List>
      )}
    </>
  );
}
