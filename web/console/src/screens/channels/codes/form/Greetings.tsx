import { PlusOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Form, Input, Switch, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { isServed, type CodeKind } from "../codes";
import { Attachments } from "./Attachments";
import { missingIn, type Attachment } from "./attachments";
import { NEW_GREETING, type Draft } from "./draft";
import { GreetingPreview } from "./GreetingPreview";
import { Heading } from "./Roster";
import { SpanFields } from "./SpanFields";
import { unknownIn, VARIABLES } from "./welcome";

/** What somebody reads who has just come, by the time of the day. */
export function Greetings({ account, kind, staffName }: { account: number; kind: CodeKind; staffName: (id: string) => string }) {
  const { t } = useTranslation("channels");
  return (
    <Card size="small" title={<Heading text={t("form.greetings")} />}>
      <Typography.Paragraph type="secondary">{t("form.greetingsWhat")}</Typography.Paragraph>
      <Flex gap="large" wrap align="flex-start">
        <div style={{ flex: "1 1 420px" }}>
          <Form.List name="greetings">
            {(fields, { add, remove, move }) => (
              <Flex vertical gap="small">
                {fields.map((field, index) => (
                  <Card
                    key={field.key}
                    size="small"
                    type="inner"
                    title={t("form.greeting", { number: String(index + 1) })}
                    extra={
                      <Flex gap="small">
                        {index > 0 && (
                          <Button size="small" onClick={() => move(index, index - 1)}>
                            {t("form.up")}
                          </Button>
                        )}
                        <Button size="small" onClick={() => remove(field.name)}>
                          {t("form.remove")}
                        </Button>
                      </Flex>
                    }
                  >
                    <One at={field.name} account={account} served={isServed(kind)} />
                  </Card>
                ))}
                <Button icon={<PlusOutlined />} onClick={() => add({ ...NEW_GREETING, timed: fields.length > 0 }, 0)} style={{ alignSelf: "flex-start" }}>
                  {t("form.addGreeting")}
                </Button>
              </Flex>
            )}
          </Form.List>
          <Form.Item name="called" label={t("form.called")} extra={t("form.calledWhat")} style={{ marginTop: 16 }}>
            <Input maxLength={20} autoComplete="off" style={{ width: 220 }} />
          </Form.Item>
        </div>
        <GreetingPreview staffName={staffName} />
      </Flex>
    </Card>
  );
}

function One({ at, account, served }: { at: number; account: number; served: boolean }) {
  const { t } = useTranslation("channels");
  const form = Form.useFormInstance<Draft>();
  const one = Form.useWatch<Draft["greetings"][number] | undefined>(["greetings", at]);
  const insert = (name: string): void => form.setFieldValue(["greetings", at, "text"], `${one?.text ?? ""}{${name}}`);
  const known = (_: unknown, text: string | undefined): Promise<void> => {
    const [unknown] = unknownIn(text ?? "");
    return unknown === undefined ? Promise.resolve() : Promise.reject(new Error(t("form.unknown", { name: unknown })));
  };
  const whole = (_: unknown, value: Attachment[] | undefined): Promise<void> => (value?.some((each) => missingIn(each).length > 0) ? Promise.reject(new Error(t("attach.notWhole"))) : Promise.resolve());
  const empty = !one?.attachments?.length;
  return (
    <>
      <Form.Item
        name={[at, "text"]}
        label={t("form.text")}
        rules={[{ required: empty, whitespace: empty, message: t("form.textNeeded") }, { validator: known }]}
        extra={
          <Flex gap={4} wrap align="center" style={{ marginTop: 4 }}>
            {t("form.insert")}
            {VARIABLES.filter((name) => served || name !== "staff").map((name) => (
              <Button key={name} size="small" onClick={() => insert(name)}>
                {t(`form.variable.${name}`)}
              </Button>
            ))}
          </Flex>
        }
      >
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} maxLength={4000} />
      </Form.Item>
      {served && (
        <Form.Item name={[at, "attachments"]} label={t("attach.title")} extra={t("attach.what")} rules={[{ validator: whole }]} style={{ marginBottom: 12 }}>
          <Attachments account={account} />
        </Form.Item>
      )}
      <Form.Item name={[at, "timed"]} label={t("form.timed")} valuePropName="checked" style={{ marginBottom: 12 }}>
        <Switch />
      </Form.Item>
      {one?.timed && <SpanFields at={at} list="greetings" />}
    </>
  );
}
