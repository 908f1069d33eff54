import { answered, api } from "@siyu/api";
import { Page } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { Back } from "../parts/Back";
import { useAgain, type OfferTerms } from "../rewards";
import { TermsForm } from "./TermsForm";

const NEW: OfferTerms = { name: "", points: 0, cash_fen: 0, cost_fen: 0, coupon_id: null, starts_at: null, ends_at: null, per_person: null, per_day: null, tiers: {}, seckill: false };

/** An offer is drafted: it has no stock yet, and nobody sees it before it is live. */
export function OfferNew() {
  const { t } = useTranslation("rewards");
  const navigate = useNavigate();
  const again = useAgain();
  const making = useMutation({
    mutationFn: (terms: OfferTerms) => answered(api.POST("/api/v1/rewards/offers", { body: { terms: { ...terms } } })),
    onSuccess: async (made) => {
      await again();
      await navigate(`/members/shop/${made.id}`);
    },
  });
  return (
    <Page title={t("offer.new")} what={t("offer.newWhat")} above={<Back to="/members/shop">{t("offer.title")}</Back>}>
      <TermsForm given={NEW} saving={making.isPending} error={making.error} ok={t("coupon.draft")} onSave={(terms) => making.mutate(terms)} />
    </Page>
  );
}
