import { EditOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Count, ErrorNote, Loaded, Money, Page, When } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Descriptions, Flex, Form, Input, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useMay } from "../../../app/session";
import { Field } from "../../journeys/forms/fields";
import { Back } from "../parts/Back";
import { Cards } from "../parts/Cards";
import { Part, Row } from "../parts/Part";
import { Standing } from "../parts/Standing";
import { ToState } from "../parts/ToState";
import { useAgain, useKey, useNameOf, useOffer, type Offer, type OfferTerms } from "../rewards";
import { TermsForm } from "./TermsForm";
import { useOfferWords } from "./words";

/** One offer: what is left, its terms, its stock, and redeeming it for a customer. */
export function OfferPage() {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const query = useOffer(Number(useParams()["id"]));
  const again = useAgain();
  const one = query.data;
  const toState = async (state: "live" | "paused" | "ended", reason: string): Promise<void> => {
    await answered(api.POST("/api/v1/rewards/offers/{offer_id}/state", { params: { path: { offer_id: one?.id ?? 0 } }, body: { state, reason } }));
    await again();
  };
  return (
    <Page title={one?.terms.name ?? t("offer.one")} what={t("offer.oneWhat")} above={<Back to="/members/shop">{t("offer.title")}</Back>} actions={one && may("rewards.manage") && <ToState of="offer" state={one.state} onChange={toState} />}>
      <Loaded query={query}>
        {(offer) => (
          <Flex vertical gap="middle">
            <Cards
              cards={[
                { label: t("offer.left"), value: <Count value={offer.left} />, alarming: offer.state === "live" && offer.left === 0, normal: t("figure.leftNormal"), what: t("offer.leftWhat") },
                { label: t("offer.taken"), value: <Link to={`/members/redemptions?offer=${offer.id}`}><Count value={offer.taken} /></Link>, what: t("offer.takenWhat") },
              ]}
            />
            <Terms key={offer.version} offer={offer} />
            {may("rewards.manage") && offer.state !== "ended" && (offer.terms.coupon_id ? <FromTemplate id={offer.terms.coupon_id} /> : <Stock offer={offer} />)}
            {may("rewards.redeem") && offer.state === "live" && <RedeemFor offer={offer} />}
          </Flex>
        )}
      </Loaded>
    </Page>
  );
}

function Terms({ offer }: { offer: Offer }) {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const again = useAgain();
  const words = useOfferWords();
  const template = useNameOf("template");
  const [changing, setChanging] = useState(false);
  const saving = useMutation({
    mutationFn: (terms: OfferTerms) => answered(api.PUT("/api/v1/rewards/offers/{offer_id}", { params: { path: { offer_id: offer.id } }, body: { version: offer.version, terms: { ...terms } } })),
    onSuccess: async () => {
      setChanging(false);
      await again();
    },
  });
  if (changing) return <TermsForm given={offer.terms} saving={saving.isPending} error={saving.error} ok={t("save")} onSave={(terms) => saving.mutate(terms)} onCancel={() => setChanging(false)} />;
  const change = may("rewards.manage") && offer.state !== "ended" && (
    <Button size="small" icon={<EditOutlined />} onClick={() => setChanging(true)}>
      {t("change")}
    </Button>
  );
  const { terms } = offer;
  return (
    <Part title={t("coupon.terms", { version: String(offer.version) })} extra={change}>
      <Descriptions
        size="small"
        bordered
        column={{ xs: 1, sm: 1, md: 1, lg: 2 }}
        items={[
          { key: "state", label: t("column.state"), children: <Standing state={offer.state} /> },
          { key: "gives", label: t("offer.gives"), children: terms.coupon_id ? <Link to={`/members/coupons/${terms.coupon_id}`}>{template(terms.coupon_id)}</Link> : t("offer.thing") },
          { key: "price", label: t("offer.price"), children: words.price(terms) },
          { key: "cost", label: t("offer.cost"), children: terms.coupon_id ? t("offer.costOfCoupon") : <Money fen={terms.cost_fen} /> },
          { key: "window", label: t("offer.window"), children: words.window(terms) },
          { key: "limits", label: t("offer.limits"), children: words.limits(terms) },
          { key: "seckill", label: t("offer.seckill"), children: t(terms.seckill ? "yes" : "no") },
          { key: "changed", label: t("column.changed"), children: <When at={offer.changed_at} /> },
        ]}
      />
    </Part>
  );
}

function FromTemplate({ id }: { id: number }) {
  const { t } = useTranslation("rewards");
  return (
    <Part title={t("stock.title")}>
      {t("stock.ofCoupon")} <Link to={`/members/coupons/${id}`}>{t("stock.toTemplate")}</Link>
    </Part>
  );
}

/** Pieces are put into the stock, or taken away. */
function Stock({ offer }: { offer: Offer }) {
  const { t } = useTranslation("rewards");
  const { message } = App.useApp();
  const again = useAgain();
  const [key, renew] = useKey();
  const [pieces, setPieces] = useState<number | null>(null);
  const [reason, setReason] = useState("");
  const adding = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/rewards/offers/{offer_id}/stock", { params: { path: { offer_id: offer.id } }, body: { key, pieces: pieces ?? 0, reason: reason.trim() } })),
    onSuccess: async () => {
      renew();
      setPieces(null);
      setReason("");
      void message.success(t("stock.done"));
      await again();
    },
  });
  return (
    <Part title={t("stock.title")}>
      <Form layout="vertical" component="div">
        <Row>
          <Field label={t("stock.pieces")} extra={t("budget.couponsWhat")} required>
            <InputNumber<number> aria-label={t("stock.pieces")} min={-100_000_000} max={100_000_000} precision={0} value={pieces} onChange={setPieces} style={{ width: 160 }} />
          </Field>
          <Field label={t("reason")} required>
            <Input aria-label={t("reason")} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} style={{ width: 280 }} />
          </Field>
        </Row>
        <ErrorNote error={adding.error} />
        <Button disabled={!pieces || reason.trim().length < 3} loading={adding.isPending} onClick={() => adding.mutate()}>
          {t("stock.ok")}
        </Button>
      </Form>
    </Part>
  );
}

/** Staff redeem it for a customer, as in a shop. */
function RedeemFor({ offer }: { offer: Offer }) {
  const { t } = useTranslation("rewards");
  const again = useAgain();
  const [key, renew] = useKey();
  const [customer, setCustomer] = useState<number | null>(null);
  const [pieces, setPieces] = useState<number | null>(1);
  const redeeming = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/rewards/offers/{offer_id}/redeem", { params: { path: { offer_id: offer.id } }, body: { key, customer_id: customer ?? 0, pieces: pieces ?? 1 } })),
    onSuccess: async () => {
      renew();
      await again();
    },
  });
  return (
    <Part title={t("redeemFor.title")}>
      <Form layout="vertical" component="div">
        <Row>
          <Field label={t("redeemFor.customer")} extra={t("redeemFor.customerWhat")} required>
            <InputNumber<number> aria-label={t("redeemFor.customer")} min={1} max={Number.MAX_SAFE_INTEGER} precision={0} value={customer} onChange={setCustomer} style={{ width: 160 }} />
          </Field>
          <Field label={t("redeemFor.pieces")} required>
            <InputNumber<number> aria-label={t("redeemFor.pieces")} min={1} max={1000} precision={0} value={pieces} onChange={setPieces} style={{ width: 160 }} />
          </Field>
        </Row>
        <ErrorNote error={redeeming.error} />
        <Button disabled={!customer || !pieces} loading={redeeming.isPending} onClick={() => redeeming.mutate()}>
          {t("redeemFor.ok")}
        </Button>
        {redeeming.data && <Alert type="success" showIcon role="status" style={{ marginTop: 16 }} title={<Link to={`/members/redemptions?redemption=${redeeming.data.id}`}>{t("redeemFor.done", { id: String(redeeming.data.id) })}</Link>} />}
      </Form>
    </Part>
  );
}
