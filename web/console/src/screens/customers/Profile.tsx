import type { Schema } from "@siyu/api";
import { Money, When } from "@siyu/kit";
import { Descriptions, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useNames, useSourceName } from "./names";

/** Beyond year 2001 in milliseconds: no count of anything. */
const EPOCH_MS = 1_000_000_000_000;

/** Who somebody is, as the sources say. */
export function Profile({ profile }: { profile: Schema<"Profile"> }) {
  const { t } = useTranslation("customers");
  const names = useNames();
  const source = useSourceName();
  const traits = Object.entries(profile.traits);
  const items = [
    ...Object.entries(profile.personal).map(([field, value]) => ({ key: field, label: names.field(field), children: value })),
    { key: "first", label: t("profile.firstSeen"), children: <When at={profile.first_seen_at} /> },
    { key: "last", label: t("profile.lastSeen"), children: <When at={profile.last_seen_at} /> },
    { key: "source", label: t("profile.source"), children: source(profile.first_source_id) },
  ];
  return (
    <>
      <Descriptions size="small" column={{ xs: 1, sm: 2 }} items={items} />
      <Typography.Title level={3} style={{ fontSize: 14, margin: "12px 0 8px" }}>
        {t("profile.traits")}
      </Typography.Title>
      {traits.length === 0 ? (
        <Typography.Text type="secondary">{t("profile.noTraits")}</Typography.Text>
      ) : (
        <Descriptions
          size="small"
          column={{ xs: 1, sm: 2 }}
          items={traits.map(([field, value]) => ({ key: field, label: names.field(field), children: <Trait field={field} value={value} /> }))}
        />
      )}
    </>
  );
}

/** A trait as its name says: `…_fen` is money, `…_at` a time. */
function Trait({ field, value }: { field: string; value: unknown }): ReactNode {
  const names = useNames();
  const { t } = useTranslation("customers");
  if (typeof value === "boolean") return t(value ? "profile.yes" : "profile.no");
  if (typeof value === "number" && field.endsWith("_fen") && Number.isInteger(value)) return <Money fen={value} />;
  if (typeof value === "number" && field.endsWith("_at") && value > EPOCH_MS) return <When at={value} />;
  if (typeof value === "string") return names.trait(field, value) || "—";
  return JSON.stringify(value);
}
