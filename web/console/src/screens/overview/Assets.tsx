import type { Schema } from "@siyu/api";
import { Count, Share, StatCard } from "@siyu/kit";
import { Typography } from "antd";
import { useTranslation } from "react-i18next";

/** The OneID assets: who is known, who bought, who is only a device. */
export function Assets({ assets }: { assets: Schema<"Assets"> }) {
  const { t } = useTranslation("overview");
  const { anonymous, known, buyers } = assets;
  const all = anonymous + known;
  const cards = [
    { label: t("assets.all"), value: <Count value={all} />, what: t("assets.allWhat"), to: "/customers" },
    { label: t("assets.known"), value: <Count value={known} />, what: t("assets.knownWhat"), to: "?people=known" },
    { label: t("assets.rate"), value: <Share value={all ? known / all : null} />, what: t("assets.rateWhat"), to: "?people=known" },
    { label: t("assets.buyers"), value: <Count value={buyers} />, what: t("assets.buyersWhat"), to: "?people=base" },
    { label: t("assets.anonymous"), value: <Count value={anonymous} />, what: t("assets.anonymousWhat"), to: "?people=anonymous" },
  ];
  return (
    <section aria-labelledby="assets">
      <Typography.Title id="assets" level={2} style={{ fontSize: 16, margin: "0 0 8px" }}>
        {t("assets.title")}
      </Typography.Title>
      <div style={{ display: "grid", gap: 12, gridTemplateColumns: "repeat(auto-fit, minmax(165px, 1fr))" }}>
        {cards.map((card) => (
          <StatCard key={card.label} {...card} />
        ))}
      </div>
    </section>
  );
}
