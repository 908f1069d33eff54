import { Loaded, Page, useInAddress } from "@siyu/kit";
import { Alert, Flex, Tabs, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useMay } from "../../../app/session";
import { useAccount, useChannelName, useKinds, type Account } from "../accounts";
import { Reconcile } from "../reconcile/Reconcile";
import { Standing } from "../Standing";
import { Delete } from "./Delete";
import { Health } from "./Health";
import { PauseResume } from "./PauseResume";
import { Quotas } from "./Quotas";
import { Settings } from "./Settings";

/** One account: does it work, how much of its quotas is left, what was filled in. */
export function AccountPage() {
  const { t } = useTranslation("channels");
  const may = useMay();
  const channelName = useChannelName();
  const id = Number(useParams()["id"]);
  const query = useAccount(id);
  const account = query.data;
  const what = account && (
    <Flex component="span" gap="small" align="center" wrap>
      <Tag style={{ marginInlineEnd: 0 }}>{channelName(account.channel)}</Tag>
      <Standing account={account} />
    </Flex>
  );
  return (
    <Page title={account?.name ?? t("account.title")} what={what} above={<Link to="/channels">{t("back")}</Link>} actions={
        account &&
        may("channels.manage") && (
          <>
            <PauseResume account={account} />
            {account.state === "paused" && <Delete account={account} />}
          </>
        )
      }>
      <Loaded query={query}>{(of) => <Parts account={of} />}</Loaded>
    </Page>
  );
}

function Parts({ account }: { account: Account }) {
  const { t } = useTranslation("channels");
  const [tab, setTab] = useInAddress("tab");
  const kinds = useKinds();
  const kind = kinds.data?.kinds.find((one) => one.channel === account.channel);
  return (
    <Flex vertical gap="middle">
      {account.state === "paused" && <Alert type="info" showIcon title={t("account.pausedWhat")} />}
      <Tabs
        activeKey={tab ?? "health"}
        onChange={(key) => setTab(key === "health" ? null : key, true)}
        destroyOnHidden
        items={[
          { key: "health", label: t("account.tabs.health"), children: <Health account={account} /> },
          { key: "quotas", label: t("account.tabs.quotas"), children: <Quotas account={account} /> },
          { key: "reconcile", label: t("account.tabs.reconcile"), children: <Reconcile account={account} /> },
          { key: "settings", label: t("account.tabs.settings"), children: <Loaded query={kinds}>{() => <Settings key={account.id} account={account} kind={kind} />}</Loaded> },
        ]}
      />
    </Flex>
  );
}
