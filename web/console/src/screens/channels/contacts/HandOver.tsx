import { ErrorNote } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Form, Input, Modal, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { canServe } from "../mirrored";
import { StaffSelect } from "./StaffSelect";

interface Filled {
  taker: string;
  said?: string;
}

interface Props {
  account: number;
  /** How many go to another member. */
  count: number;
  /** Customers, or groups, which nobody is told of. */
  what: "customers" | "groups";
  /** Who has them, and so cannot be chosen. */
  givers: readonly string[];
  /** The customers can be told something: only where the giver stays. */
  told?: boolean;
  open: boolean;
  /** Asks for it; returns how many of them are new. */
  onAsk: (taker: string, said: string) => Promise<number>;
  onDone: () => void;
  onClose: () => void;
}

/** Choose who takes over, and ask for it. */
export function HandOver({ account, count, what, givers, told = false, open, onAsk, onDone, onClose }: Props) {
  const { t } = useTranslation("channels");
  const { t: shell } = useTranslation("shell");
  const { message } = App.useApp();
  const client = useQueryClient();
  const [form] = Form.useForm<Filled>();
  const asking = useMutation({
    mutationFn: ({ taker, said }: Filled) => onAsk(taker, said?.trim() ?? ""),
    onSuccess: async (made) => {
      void message.success(t("handovers.asked", { count: made }));
      await client.invalidateQueries({ queryKey: ["channels", "handovers"] });
      onDone();
    },
  });
  return (
    <Modal open={open} title={t(`handovers.ask.${what}`, { count })} okText={t("handovers.do")} confirmLoading={asking.isPending} onOk={() => form.submit()} onCancel={onClose} afterClose={asking.reset} destroyOnHidden>
      <Typography.Paragraph type="secondary">{t(`handovers.askWhat.${what}`)}</Typography.Paragraph>
      <ErrorNote error={asking.error} />
      <Form<Filled> form={form} layout="vertical" preserve={false} requiredMark={false} onFinish={(filled) => asking.mutate(filled)}>
        <Form.Item name="taker" label={t("handovers.taker")} rules={[{ required: true, message: shell("required") }]}>
          <StaffSelect account={account} fits={(one) => canServe(one) && !givers.includes(one.staff_id)} placeholder={t("handovers.chooseTaker")} />
        </Form.Item>
        {told && (
          <Form.Item name="said" label={t("handovers.said")} extra={t("handovers.saidWhat")}>
            <Input.TextArea autoSize={{ minRows: 2, maxRows: 4 }} maxLength={200} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
