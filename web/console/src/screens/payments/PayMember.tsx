import { answered, api, ApiError } from "@siyu/api";
import { ErrorNote, useFormat } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, InputNumber, Modal, Form } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field, YuanInput } from "../journeys/forms/fields";
import { useKey } from "../rewards/rewards";

const LEAST = 10; // fen
const MOST = 199_999;

/** A button that pays a member, who confirms it in WeChat within a day. For who may: the page asks. */
export function PayMember({ customerId }: { customerId?: number }) {
  const { t } = useTranslation("payments");
  const [open, show] = useState(false);
  return (
    <>
      <Button type={customerId === undefined ? "primary" : "default"} onClick={() => show(true)}>
        {t("pay.title")}
      </Button>
      {open && <Paying customerId={customerId} onClose={() => show(false)} />}
    </>
  );
}

function Paying({ customerId, onClose }: { customerId?: number; onClose: () => void }) {
  const { t } = useTranslation("payments");
  const client = useQueryClient();
  const { message } = App.useApp();
  const { money } = useFormat();
  const [key, renew] = useKey();
  const [person, setPerson] = useState<number | null>(customerId ?? null);
  const [fen, setFen] = useState<number | null>(null);
  const [remark, setRemark] = useState("");
  const [reason, setReason] = useState("");
  const fits = fen !== null && fen >= LEAST && fen <= MOST;
  const ready = person !== null && fits && remark.trim() !== "" && reason.trim().length >= 3;
  const paying = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/transfers", { body: { key, customer_id: person ?? 0, fen: fen ?? 0, remark: remark.trim(), reason: reason.trim() } })),
    onSuccess: async (made) => {
      void message.success(t(`pay.made.${made.state === "new" ? "new" : "waiting"}`));
      await client.invalidateQueries({ queryKey: ["transfers"] });
      onClose();
    },
    onError: async (error) => {
      // What the platform declined has failed for good; another try is another transfer. In all other cases it stays the same one.
      if (error instanceof ApiError && error.code === "PlatformDeclined") renew();
      await client.invalidateQueries({ queryKey: ["transfers"] });
    },
  });
  return (
    <Modal open title={t("pay.title")} okText={t("pay.send")} okButtonProps={{ disabled: !ready }} confirmLoading={paying.isPending} onOk={() => paying.mutate()} onCancel={onClose} destroyOnHidden>
      <p>{t("pay.what")}</p>
      <Form layout="vertical" component="div">
        {customerId === undefined && (
          <Field label={t("customerId")} required>
            <InputNumber<number> aria-label={t("customerId")} min={1} precision={0} value={person} onChange={setPerson} style={{ width: 180 }} />
          </Field>
        )}
        <Field label={t("fen")} extra={t("pay.range", { least: money(LEAST), most: money(MOST) })} required>
          <YuanInput label={t("fen")} value={fen} onChange={setFen} />
        </Field>
        <Field label={t("remark")} extra={t("pay.remarkWhat")} required>
          <Input aria-label={t("remark")} maxLength={32} showCount value={remark} onChange={(event) => setRemark(event.target.value)} />
        </Field>
        <Field label={t("reason")} extra={t("pay.reasonWhat")} required>
          <Input.TextArea aria-label={t("reason")} rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
      </Form>
      <ErrorNote error={paying.error} />
    </Modal>
  );
}
