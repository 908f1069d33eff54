import { SendOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { DetailDrawer, ErrorNote, useInAddress, useLanguage, When } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useAccounts, useKinds } from "../channels/accounts";
import { useNames } from "../customers/names";
import { Reasons } from "./TouchDetail";
import { PURPOSES } from "./words";

/** Propose one message to this person: every rule holds, and the answer says which spoke. */
export function TestSend({ customerId }: { customerId: number }) {
  const { t } = useTranslation("touch");
  const [open, setOpen] = useInAddress("send");
  return (
    <>
      <Button icon={<SendOutlined />} onClick={() => setOpen("1")}>
        {t("send.action")}
      </Button>
      <DetailDrawer open={open !== null} title={t("send.title")} width={520} onClose={() => setOpen(null)}>
        <Sending customerId={customerId} />
      </DetailDrawer>
    </>
  );
}

/** Ways that reach one customer, of every account. */
function useWays(): { value: string; label: string }[] {
  const language = useLanguage();
  const accounts = useAccounts().data ?? [];
  const kinds = useKinds().data?.kinds ?? [];
  return accounts.flatMap((account) =>
    (kinds.find((one) => one.channel === account.channel)?.ways ?? [])
      .filter((way) => way.subject === "customer" && !way.published)
      .map((way) => ({ value: `${account.id}/${way.name}`, label: `${account.name} · ${way[language]}` })),
  );
}

function Sending({ customerId }: { customerId: number }) {
  const { t } = useTranslation("touch");
  const names = useNames();
  const client = useQueryClient();
  const ways = useWays();
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [way, setWay] = useState<string>();
  const [purpose, setPurpose] = useState<Schema<"TouchNew">["purpose"]>("service");
  const [text, setText] = useState("");
  const chosen = way ?? ways[0]?.value;
  const sending = useMutation({
    mutationFn: () => {
      const [account, name = ""] = (chosen ?? "").split("/");
      const body = { key, purpose, text, wishes: [{ account_id: Number(account), way: name }], attachments: [], details: {}, kinds: [], hours: 24 };
      return answered(api.POST("/api/v1/touch/customers/{customer_id}/touches", { params: { path: { customer_id: customerId } }, body }));
    },
    onSuccess: () => {
      setKey(crypto.randomUUID());
      return client.invalidateQueries({ queryKey: ["touch"] });
    },
  });
  return (
    <Form layout="vertical" component="div">
      <Typography.Paragraph type="secondary">{t("send.what")}</Typography.Paragraph>
      <Form.Item label={t("column.way")} required>
        <Select<string> aria-label={t("column.way")} value={chosen} options={ways} onChange={setWay} notFoundContent={t("send.noWays")} />
      </Form.Item>
      <Form.Item label={t("column.purpose")} extra={t("send.purposeWhat")}>
        <Select aria-label={t("column.purpose")} value={purpose} options={PURPOSES.map((value) => ({ value, label: names.purpose(value) }))} onChange={setPurpose} />
      </Form.Item>
      <Form.Item label={t("send.text")} required>
        <Input.TextArea aria-label={t("send.text")} rows={4} maxLength={4000} value={text} onChange={(event) => setText(event.target.value)} />
      </Form.Item>
      <ErrorNote error={sending.error} />
      <Button type="primary" icon={<SendOutlined />} disabled={!chosen || !text.trim()} loading={sending.isPending} onClick={() => sending.mutate()}>
        {t("send.submit")}
      </Button>
      {sending.data && <Answer decision={sending.data} />}
    </Form>
  );
}

const TONES = { send: "success", defer: "warning", drop: "error" } as const;

function Answer({ decision }: { decision: Schema<"DecisionRead"> }) {
  const { t } = useTranslation("touch");
  return (
    <Alert
      role="status"
      style={{ marginTop: 16 }}
      type={TONES[decision.outcome]}
      showIcon
      title={
        <>
          {t(`send.${decision.outcome}`)} {decision.until && <When at={decision.until} />}
        </>
      }
      description={<Reasons reasons={decision.reasons} />}
    />
  );
}
