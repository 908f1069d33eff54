import { answered, api } from "@siyu/api";
import { Page } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { Back } from "../parts/Back";
import { useAgain, type CouponTerms } from "../rewards";
import { TermsForm } from "./TermsForm";

const NEW: CouponTerms = { name: "", kind: "money", threshold_fen: 0, valid_days: 30, after_days: 0, bearer: false, several: 1, place: 100, limited_fen: false, at_a_loss: false };

/** A template is drafted: nothing is given before it is live and has a budget. */
export function TemplateNew() {
  const { t } = useTranslation("rewards");
  const navigate = useNavigate();
  const again = useAgain();
  const making = useMutation({
    mutationFn: (terms: CouponTerms) => answered(api.POST("/api/v1/rewards/coupons", { body: { terms: { ...terms } } })),
    onSuccess: async (made) => {
      await again();
      await navigate(`/members/coupons/${made.id}`);
    },
  });
  return (
    <Page title={t("coupon.new")} what={t("coupon.newWhat")} above={<Back to="/members/coupons">{t("coupon.title")}</Back>}>
      <TermsForm given={NEW} saving={making.isPending} error={making.error} ok={t("coupon.draft")} onSave={(terms) => making.mutate(terms)} />
    </Page>
  );
}
