import { Page, useInAddress } from "@siyu/kit";
import { Flex, Tabs } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import type { Account } from "../accounts";
import { OfAccount } from "../staff/OfAccount";
import { GroupsToHand } from "./GroupsToHand";
import { Heirless } from "./Heirless";
import { Outcomes } from "./Outcomes";

/** Customers and groups that go from one member of staff to another. */
export function Handovers() {
  const { t } = useTranslation("channels");
  return (
    <Page title={t("handovers.title")} what={<>{t("handovers.what")} <Link to="/channels/contacts">{t("handovers.onDuty")}</Link></>}>
      <OfAccount needs="handover">{(account, choice) => <Parts key={account.id} account={account} choice={choice} />}</OfAccount>
    </Page>
  );
}

function Parts({ account, choice }: { account: Account; choice: ReactNode }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const [tab, setTab] = useInAddress("tab");
  const items = [
    { key: "outcomes", label: t("handovers.tabs.outcomes"), children: <Outcomes account={account} /> },
    ...(may("channels.act") ? [{ key: "heirless", label: t("handovers.tabs.heirless"), children: <Heirless account={account} /> }] : []),
    { key: "groups", label: t("handovers.tabs.groups"), children: <GroupsToHand account={account} /> },
  ];
  return (
    <Flex vertical gap="small">
      {choice && <div>{choice}</div>}
      <Tabs activeKey={tab ?? "outcomes"} onChange={(key) => setTab(key === "outcomes" ? null : key, true)} destroyOnHidden items={items} />
    </Flex>
  );
}
