import { answered, api } from "@siyu/api";
import { Page, useNow } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { Back } from "../rewards/parts/Back";
import { TermsForm } from "./TermsForm";
import { draftOf, useAgain, type Terms } from "./trials";

/** A trial is drafted: nobody sees it before it is live. */
export function TrialNew() {
  const { t } = useTranslation("trials");
  const navigate = useNavigate();
  const again = useAgain();
  const now = useNow();
  const [given] = useState(() => draftOf(now));
  const making = useMutation({
    mutationFn: (terms: Terms) => answered(api.POST("/api/v1/trials", { body: { terms: { ...terms } } })),
    onSuccess: async (made) => {
      await again();
      await navigate(`/members/trials/${made.id}`);
    },
  });
  return (
    <Page title={t("new")} what={t("newWhat")} above={<Back to="/members/trials">{t("title")}</Back>}>
      <TermsForm given={given} saving={making.isPending} error={making.error} ok={t("draft")} onSave={(terms) => making.mutate(terms)} />
    </Page>
  );
}
