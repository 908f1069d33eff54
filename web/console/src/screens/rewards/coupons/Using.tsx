import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { ErrorNote, useFormat, useLanguage } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Flex, Form, Input, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field, YuanInput } from "../../journeys/forms/fields";
import { Part } from "../parts/Part";
import { useAgain, useKey, type Coupon, type CouponTerms } from "../rewards";

interface Line {
  id: number;
  product: string;
  quantity: number;
  price_fen: number | null;
}

/** A coupon is used on an order: first what it takes off and whether it applies, then for good. */
export function Using({ coupon, terms }: { coupon: Coupon; terms: CouponTerms }) {
  const { t } = useTranslation("rewards");
  const { money } = useFormat();
  const language = useLanguage();
  const again = useAgain();
  const [key, renew] = useKey();
  const [order, setOrder] = useState("");
  const [lines, setLines] = useState<readonly Line[]>([{ id: 1, product: terms.goods?.[0] ?? "", quantity: 1, price_fen: null }]);
  const [shipping, setShipping] = useState<number | null>(null);
  const chosen = {
    customer_id: coupon.customer_id || null,
    coupon_ids: coupon.customer_id ? [coupon.id] : [],
    codes: coupon.customer_id ? [] : [coupon.code],
    basket: { lines: lines.map(({ product, quantity, price_fen }, at) => ({ line: String(at + 1), product: product.trim(), quantity, price_fen: price_fen ?? 0 })), shipping_fen: shipping ?? 0 },
  };
  const quoting = useMutation({ mutationFn: () => answered(api.POST("/api/v1/rewards/coupons/quote", { body: chosen })) });
  const using = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/rewards/coupons/use", { body: { ...chosen, order: order.trim(), key } })),
    onSuccess: async () => {
      renew();
      await again();
    },
  });
  const changed = <Value,>(set: (value: Value) => void) => (value: Value): void => {
    quoting.reset(); // another basket: what was said holds no more
    set(value);
  };
  const ready = lines.every((one) => one.product.trim() && one.price_fen !== null);
  const [taken] = quoting.data?.coupons ?? [];
  const whyNot = taken && (language === "zh" ? taken.why_not_zh : taken.why_not);
  return (
    <Part title={t("using.title")}>
      <Form layout="vertical" component="div">
        <Lines lines={lines} onChange={changed(setLines)} />
        <Flex gap="middle" wrap>
          <Field label={t("using.shipping")}>
            <YuanInput label={t("using.shipping")} value={shipping} onChange={changed(setShipping)} />
          </Field>
          <Field label={t("using.order")} extra={t("using.orderWhat")} required>
            <Input aria-label={t("using.order")} maxLength={100} value={order} onChange={(event) => setOrder(event.target.value)} style={{ width: 260 }} />
          </Field>
        </Flex>
        {quoting.data && (
          <Alert
            type={whyNot ? "warning" : "success"}
            showIcon
            role="status"
            style={{ marginBottom: 16 }}
            title={whyNot ?? t("using.takes", { total: money(quoting.data.total_fen), off: money(quoting.data.off_fen), pays: money(quoting.data.total_fen - quoting.data.off_fen) })}
          />
        )}
        <ErrorNote error={quoting.error ?? using.error} />
        <Flex gap="small">
          <Button type={quoting.data ? "default" : "primary"} disabled={!ready} loading={quoting.isPending} onClick={() => quoting.mutate()}>
            {t("using.quote")}
          </Button>
          <Button type="primary" disabled={!quoting.data || Boolean(whyNot) || !order.trim()} loading={using.isPending} onClick={() => using.mutate()}>
            {t("using.ok")}
          </Button>
        </Flex>
      </Form>
    </Part>
  );
}

/** What is bought, before coupons. */
function Lines({ lines, onChange }: { lines: readonly Line[]; onChange: (lines: readonly Line[]) => void }) {
  const { t } = useTranslation("rewards");
  const set = (id: number, part: Partial<Line>): void => onChange(lines.map((one) => (one.id === id ? { ...one, ...part } : one)));
  return (
    <Field label={t("using.lines")} extra={t("using.linesWhat")} required>
      <Flex vertical gap="small">
        {lines.map((one, at) => (
          <Flex key={one.id} gap="small" wrap align="center" role="group" aria-label={t("using.line", { n: String(at + 1) })}>
            <Input aria-label={t("using.product")} placeholder={t("using.product")} maxLength={100} value={one.product} onChange={(event) => set(one.id, { product: event.target.value })} style={{ width: 200 }} />
            <YuanInput label={t("using.price")} value={one.price_fen} onChange={(price_fen) => set(one.id, { price_fen })} />
            <InputNumber<number> aria-label={t("using.quantity")} prefix="×" min={1} max={100_000} precision={0} value={one.quantity} onChange={(quantity) => set(one.id, { quantity: quantity ?? 1 })} style={{ width: 90 }} />
            {lines.length > 1 && <Button type="text" icon={<DeleteOutlined />} aria-label={t("using.remove")} onClick={() => onChange(lines.filter((each) => each.id !== one.id))} />}
          </Flex>
        ))}
        <Button type="dashed" icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => onChange([...lines, { id: Math.max(...lines.map((one) => one.id)) + 1, product: "", quantity: 1, price_fen: null }])}>
          {t("using.add")}
        </Button>
      </Flex>
    </Field>
  );
}
