import { Page } from "@siyu/kit";
import { Tabs } from "antd";
import { useTranslation } from "react-i18next";

import { oneOf, useAddress } from "../people/address";
import { AheadPeople } from "./AheadPeople";
import { Channels } from "./Channels";
import { Cohorts } from "./Cohorts";
import { Model } from "./Model";
import { Spread } from "./Spread";

const TABS = ["spread", "cohorts", "channels", "model"] as const;

/** What customers are worth: so far, and as predicted. */
export function Ltv() {
  const { t } = useTranslation("insight");
  const { search, change } = useAddress();
  const tab = oneOf(search.get("tab"), TABS);
  const parts = { spread: <Spread />, cohorts: <Cohorts />, channels: <Channels />, model: <Model /> };
  return (
    <Page title={t("ltv.title")} what={t("ltv.what")}>
      <Tabs
        activeKey={tab}
        items={TABS.map((key) => ({ key, label: t(`ltv.tab_${key}`), children: key === tab ? parts[key] : null }))}
        onChange={(key) => change({ tab: key === "spread" ? null : key, by: null, bin: null, fitted: null, ahead: null, came: null, period: null, measure: null, group: null })}
      />
      <AheadPeople />
    </Page>
  );
}
