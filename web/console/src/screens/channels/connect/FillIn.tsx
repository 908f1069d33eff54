import { answered, api, type Schema } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Card, Collapse, Flex, Form, Input } from "antd";
import { useTranslation } from "react-i18next";

import { useAccountsAgain, type Kind } from "../accounts";
import { Fields } from "../Fields";
import { filledIn } from "./fields";

interface Props {
  kind: Kind;
  onBack: () => void;
  /** The account is there; what was typed can be copied to the platform. */
  onMade: (id: number, typed: Record<string, string>) => void;
}

/** What the kind needs, each with where it is found. */
export function FillIn({ kind, onBack, onMade }: Props) {
  const { t } = useTranslation("channels");
  const { t: shell } = useTranslation("shell");
  const again = useAccountsAgain();
  const [form] = Form.useForm<Record<string, string>>();
  const [needed, rest] = [kind.fields.filter((one) => one.required), kind.fields.filter((one) => !one.required)];
  const making = useMutation({
    mutationFn: (filled: Record<string, string>) => {
      const values = filledIn(filled, kind.fields);
      const body: Schema<"AccountNew"> = { channel: kind.channel, external_id: filled["external_id"]?.trim() ?? "", name: filled["account_name"]?.trim() ?? "", values };
      return answered(api.POST("/api/v1/channels/accounts", { body }));
    },
    onSuccess: async (made, filled) => {
      await again();
      onMade(made.id, filledIn(filled, kind.fields));
    },
  });
  const initial = Object.fromEntries(kind.fields.filter((one) => one.default).map((one) => [one.name, one.default]));
  return (
    <Card size="small" style={{ maxWidth: 720 }}>
      <ErrorNote error={making.error} />
      <Form<Record<string, string>> form={form} layout="vertical" requiredMark={false} initialValues={initial} onFinish={(filled) => making.mutate(filled)} scrollToFirstError>
        <Form.Item name="account_name" label={t("fields.optional", { label: t("fields.name") })} extra={t("fields.nameHint")}>
          <Input autoComplete="off" maxLength={200} />
        </Form.Item>
        {!kind.external_id && (
          <Form.Item name="external_id" label={t("fields.external")} extra={t("fields.externalHint")} rules={[{ required: true, message: shell("required") }]}>
            <Input autoComplete="off" spellCheck={false} maxLength={200} />
          </Form.Item>
        )}
        <Fields form={form} fields={needed} />
        {rest.length > 0 && <Collapse ghost style={{ marginInline: -16 }} items={[{ key: "rest", label: t("fields.more"), forceRender: true, children: <Fields form={form} fields={rest} /> }]} />}
        <Flex gap="small">
          <Button type="primary" htmlType="submit" loading={making.isPending}>
            {t("connect.save")}
          </Button>
          <Button onClick={onBack}>{t("connect.otherKind")}</Button>
        </Flex>
      </Form>
    </Card>
  );
}
