import { answered, api } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Form, Input, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "../../journeys/forms/fields";
import { Part, Row } from "../parts/Part";
import { useAgain, useKey, type Template } from "../rewards";

/** Let more coupons be given, or fewer; where the money is limited, that too. */
export function Budget({ template }: { template: Template }) {
  const { t } = useTranslation("rewards");
  const { message } = App.useApp();
  const again = useAgain();
  const [key, renew] = useKey();
  const [coupons, setCoupons] = useState<number | null>(null);
  const [yuan, setYuan] = useState<number | null>(null);
  const [reason, setReason] = useState("");
  const adding = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/rewards/coupons/{template_id}/budget", { params: { path: { template_id: template.id } }, body: { key, coupons: coupons ?? 0, fen: Math.round((yuan ?? 0) * 100), reason: reason.trim() } })),
    onSuccess: async () => {
      renew();
      setCoupons(null);
      setYuan(null);
      setReason("");
      void message.success(t("budget.done"));
      await again();
    },
  });
  return (
    <Part title={t("budget.title")}>
      <Form layout="vertical" component="div">
        <Row>
          <Field label={t("budget.coupons")} extra={t("budget.couponsWhat")}>
            <InputNumber<number> aria-label={t("budget.coupons")} min={-100_000_000} max={100_000_000} precision={0} value={coupons} onChange={setCoupons} style={{ width: 160 }} />
          </Field>
          {template.terms.limited_fen && (
            <Field label={t("budget.money")} extra={t("budget.moneyWhat")}>
              <InputNumber<number> aria-label={t("budget.money")} prefix="¥" precision={2} value={yuan} onChange={setYuan} style={{ width: 160 }} />
            </Field>
          )}
          <Field label={t("reason")} required>
            <Input aria-label={t("reason")} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} style={{ width: 280 }} />
          </Field>
        </Row>
        <ErrorNote error={adding.error} />
        <Button disabled={reason.trim().length < 3 || (!coupons && !yuan)} loading={adding.isPending} onClick={() => adding.mutate()}>
          {t("budget.ok")}
        </Button>
      </Form>
    </Part>
  );
}
