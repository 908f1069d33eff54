import { answered, api } from "@siyu/api";
import { Typography } from "antd";
import { useTranslation } from "react-i18next";

import { EarningForm } from "./EarningForm";
import { useEarningWords } from "./earningWords";
import { MonthPreview } from "./MonthPreview";
import type { EarningRules } from "./types";
import { Versioned, type Version } from "./Versioned";

type Rules = Version<EarningRules>;

/** For what orders earn: rates, days that count more, caps. */
export function EarningPage() {
  const { t } = useTranslation("members");
  return (
    <Versioned<EarningRules>
      name="earning"
      title={t("earning.title")}
      what={t("earning.what")}
      none={t("earning.none")}
      load={async (signal) => (await answered(api.GET("/api/v1/ledger/earning", { signal }))) as Rules}
      history={async (signal) => (await answered(api.GET("/api/v1/ledger/earning/versions", { signal }))) as Rules[]}
      save={(body) => answered(api.PUT("/api/v1/ledger/earning", { body: { ...body, rules: { ...body.rules } } }))}
      said={(rules) => <InWords rules={rules} />}
      form={(draft, change) => <EarningForm draft={draft} change={change} />}
      preview={(draft) => <MonthPreview rules={draft} counted="orders" ask={(rules) => answered(api.POST("/api/v1/ledger/earning/preview", { body: { rules: { ...rules } } }))} />}
    />
  );
}

function InWords({ rules }: { rules: EarningRules }) {
  const { t } = useTranslation("members");
  const words = useEarningWords();
  return (
    <>
      <Lines title={t("earning.orders")} what={rules.orders.length > 1 ? t("earning.firstFits") : ""} lines={rules.orders.map(words.order)} none={t("earning.noOrders")} />
      <Lines title={t("earning.days")} what={rules.days.length > 1 ? t("earning.highest") : ""} lines={rules.days.map(words.days)} none={t("earning.noDays")} />
      <Lines title={t("earning.caps")} what="" lines={rules.caps.map(words.cap)} none={t("earning.noCaps")} />
    </>
  );
}

function Lines({ title, what, lines, none }: { title: string; what: string; lines: readonly string[]; none: string }) {
  return (
    <section aria-label={title} style={{ marginBottom: 12 }}>
      <Typography.Text strong>{title}</Typography.Text> {what && <Typography.Text type="secondary">{what}</Typography.Text>}
      {lines.length === 0 ? (
        <div>
          <Typography.Text type="secondary">{none}</Typography.Text>
        </div>
      ) : (
        <ol style={{ margin: 0, paddingInlineStart: 24 }}>
          {lines.map((line, at) => (
            <li key={`${at} ${line}`}>{line}</li>
          ))}
        </ol>
      )}
    </section>
  );
}
