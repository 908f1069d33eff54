import { EditOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Count, Loaded, Money, Page, useFormat, When } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Descriptions, Flex, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { useMay } from "../../../app/session";
import { Back } from "../parts/Back";
import { Cards } from "../parts/Cards";
import { Part } from "../parts/Part";
import { Standing } from "../parts/Standing";
import { ToState } from "../parts/ToState";
import { useAgain, useNameOf, useTemplate, type CouponTerms, type Template } from "../rewards";
import { Budget } from "./Budget";
import { Give } from "./Give";
import { TermsForm } from "./TermsForm";
import { useCouponWords } from "./words";

/** One template: what became of its coupons, its terms, and giving more of them. */
export function TemplatePage() {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const query = useTemplate(Number(useParams()["id"]));
  const again = useAgain();
  const one = query.data;
  const toState = async (state: "live" | "paused" | "ended", reason: string): Promise<void> => {
    await answered(api.POST("/api/v1/rewards/coupons/{template_id}/state", { params: { path: { template_id: one?.id ?? 0 } }, body: { state, reason } }));
    await again();
  };
  return (
    <Page title={one?.terms.name ?? t("coupon.one")} what={t("coupon.oneWhat")} above={<Back to="/members/coupons">{t("coupon.title")}</Back>} actions={one && may("rewards.manage") && <ToState of="coupon" state={one.state} onChange={toState} />}>
      <Loaded query={query}>
        {(template) => (
          <Flex vertical gap="middle">
            <Figures template={template} />
            <Terms key={template.version} template={template} />
            {may("rewards.manage") && template.state !== "ended" && <Budget template={template} />}
            {may("rewards.manage") && <Give template={template} />}
          </Flex>
        )}
      </Loaded>
    </Page>
  );
}

function Figures({ template: one }: { template: Template }) {
  const { t } = useTranslation("rewards");
  const { share } = useFormat();
  const over = one.used + one.expired;
  return (
    <Cards
      cards={[
        { label: t("figure.left"), value: <Count value={one.left} />, what: t("figure.leftWhat"), alarming: one.state === "live" && one.left === 0, normal: t("figure.leftNormal") },
        { label: t("figure.issued"), value: <Count value={one.issued} />, what: t("figure.issuedWhat") },
        { label: t("figure.held"), value: <Count value={one.held} /> },
        { label: t("figure.used"), value: <Count value={one.used} />, what: over > 0 ? t("figure.usedWhat", { share: share(one.used / over) }) : undefined },
        { label: t("figure.expired"), value: <Count value={one.expired} /> },
        { label: t("figure.returned"), value: <Count value={one.returned} />, what: t("figure.returnedWhat") },
        { label: t("figure.usedFen"), value: <Money fen={one.used_fen} short /> },
        ...(one.promised > 0 ? [{ label: t("figure.promised"), value: <Count value={one.promised} />, what: t("figure.promisedWhat") }] : []),
        ...(one.left_fen === null ? [] : [{ label: t("figure.leftFen"), value: <Money fen={one.left_fen} short />, what: t("figure.leftFenWhat") }]),
      ]}
    />
  );
}

function Terms({ template }: { template: Template }) {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const again = useAgain();
  const [changing, setChanging] = useState(false);
  const saving = useMutation({
    mutationFn: (terms: CouponTerms) => answered(api.PUT("/api/v1/rewards/coupons/{template_id}", { params: { path: { template_id: template.id } }, body: { version: template.version, terms: { ...terms } } })),
    onSuccess: async () => {
      setChanging(false);
      await again();
    },
  });
  if (changing) return <TermsForm given={template.terms} self={template.id} promised={template.state !== "draft"} saving={saving.isPending} error={saving.error} ok={t("save")} onSave={(terms) => saving.mutate(terms)} onCancel={() => setChanging(false)} />;
  const change = may("rewards.manage") && template.state !== "ended" && (
    <Button size="small" icon={<EditOutlined />} onClick={() => setChanging(true)}>
      {t("change")}
    </Button>
  );
  return (
    <Part title={t("coupon.terms", { version: String(template.version) })} extra={change}>
      <InWords template={template} />
    </Part>
  );
}

function InWords({ template: { terms, state, changed_at } }: { template: Template }) {
  const { t } = useTranslation("rewards");
  const words = useCouponWords();
  const name = useNameOf("template");
  const code = terms.shared_code ? <Tag>{terms.shared_code}</Tag> : t(terms.bearer ? "coupon.bearer" : "coupon.ownCode");
  const limit = (count: number | null | undefined): string => (count ? t("coupon.pieces", { count }) : t("coupon.noLimit"));
  return (
    <Descriptions
      size="small"
      bordered
      column={{ xs: 1, sm: 1, md: 1, lg: 2 }}
      items={[
        { key: "state", label: t("column.state"), children: <Standing state={state} /> },
        { key: "does", label: t("coupon.does"), children: words.does(terms) },
        { key: "lasts", label: t("coupon.lasts"), children: words.lasts(terms) },
        { key: "goods", label: t("coupon.goods"), children: terms.goods?.join(" / ") || t("coupon.allGoods") },
        { key: "codes", label: t("coupon.codes"), children: code },
        { key: "person", label: t("coupon.perPerson"), children: limit(terms.per_person) },
        { key: "stacks", label: t("coupon.stacks"), children: (terms.stacks_with ?? []).map(name).join(" / ") || t("coupon.alone") },
        { key: "several", label: t("coupon.several"), children: t("coupon.pieces", { count: terms.several }) },
        { key: "loss", label: t("coupon.margin"), children: t(terms.at_a_loss ? "coupon.lossMeant" : "coupon.marginKept") },
        { key: "changed", label: t("column.changed"), children: <When at={changed_at} /> },
      ]}
    />
  );
}
