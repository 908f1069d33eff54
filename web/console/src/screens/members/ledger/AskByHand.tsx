import { answered, api, type Schema } from "@siyu/api";
import { ErrorNote, momentIn, useBrand, useFormat } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, DatePicker, Form, Input, InputNumber, Modal, Segmented, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useUnitName, useUnits } from "../units";

/** A button that asks for a posting by hand: whose, of what, how many, why. Above the unit's limit it waits for a second person. */
export function AskByHand({ customerId }: { customerId?: number }) {
  const { t } = useTranslation("members");
  const [open, show] = useState(false);
  return (
    <>
      <Button type={customerId === undefined ? "primary" : "default"} onClick={() => show(true)}>
        {t("byHand.ask")}
      </Button>
      {open && <Asking customerId={customerId} onClose={() => show(false)} />}
    </>
  );
}

function Asking({ customerId, onClose }: { customerId?: number; onClose: () => void }) {
  const { t } = useTranslation("members");
  const client = useQueryClient();
  const { message } = App.useApp();
  const { zone } = useBrand();
  const { count } = useFormat();
  const unitName = useUnitName();
  const units = useUnits().data ?? [];
  const [key] = useState(() => `console:${crypto.randomUUID()}`); // pressed twice, it is one request
  const [person, setPerson] = useState<number | null>(customerId ?? null);
  const [unit, setUnit] = useState("points");
  const [give, setGive] = useState(true);
  const [amount, setAmount] = useState<number | null>(null);
  const [last, setLast] = useState<Dayjs | null>(null);
  const [reason, setReason] = useState("");
  const limit = units.find((one) => one.code === unit)?.by_hand ?? 0;
  const ready = person !== null && amount !== null && reason.trim().length >= 3;
  const doing = useMutation({
    mutationFn: () => {
      const expires_at = give && last ? momentIn(last.add(1, "day").format("YYYY-MM-DD"), zone) : null;
      const body: Schema<"ByHandNew"> = { key, customer_id: person ?? 0, unit, amount: (give ? 1 : -1) * (amount ?? 0), expires_at, reason: reason.trim() };
      return answered(api.POST("/api/v1/ledger/by_hand", { body }));
    },
    onSuccess: async (made) => {
      void message.success(t(made.state === "waiting" ? "byHand.waits" : "byHand.posted"));
      await client.invalidateQueries({ queryKey: ["members"] });
      onClose();
    },
  });
  return (
    <Modal open title={t("byHand.ask")} okText={t("byHand.send")} okButtonProps={{ disabled: !ready }} confirmLoading={doing.isPending} onOk={() => doing.mutate()} onCancel={onClose} destroyOnHidden>
      <Form layout="vertical" component="div">
        {customerId === undefined && (
          <Form.Item label={t("byHand.customer")} extra={t("byHand.customerWhat")} required>
            <InputNumber<number> aria-label={t("byHand.customer")} min={1} precision={0} value={person} onChange={setPerson} style={{ width: 180 }} />
          </Form.Item>
        )}
        <Form.Item label={t("byHand.way")}>
          <Segmented<boolean> aria-label={t("byHand.way")} value={give} onChange={setGive} options={[{ value: true, label: t("byHand.give") }, { value: false, label: t("byHand.take") }]} />
        </Form.Item>
        <Form.Item label={t("form.unit")}>
          <Select<string> aria-label={t("form.unit")} value={unit} onChange={setUnit} options={units.map((one) => ({ value: one.code, label: unitName(one.code) }))} />
        </Form.Item>
        <Form.Item label={t("byHand.amount")} extra={t("byHand.limit", { limit: count(limit) })} required>
          <InputNumber<number> aria-label={t("byHand.amount")} min={1} precision={0} value={amount} onChange={setAmount} style={{ width: 180 }} />
        </Form.Item>
        {give && (
          <Form.Item label={t("byHand.last")}>
            <DatePicker aria-label={t("byHand.last")} value={last} onChange={setLast} placeholder={t("form.never")} />
          </Form.Item>
        )}
        <Form.Item label={t("reason.label")} extra={t("reason.what")} required>
          <Input.TextArea aria-label={t("reason.label")} rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Form.Item>
      </Form>
      <ErrorNote error={doing.error} />
    </Modal>
  );
}
