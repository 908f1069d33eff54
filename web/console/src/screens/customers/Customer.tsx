import { ArrowLeftOutlined, MergeCellsOutlined, SplitCellsOutlined } from "@ant-design/icons";
import { Loaded, Page } from "@siyu/kit";
import { Alert, Button, Flex, Tabs, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link, Outlet, useLocation, useNavigate } from "react-router";

import { useMay } from "../../app/session";
import { useCalled, useNames } from "./names";
import { OnPlatform } from "./OnPlatform";
import { isKnown, useCustomerId, usePerson, type Person } from "./person";
import { Reveal } from "./Reveal";

const TABS = ["overview", "orders", "value", "timeline", "journeys", "touches", "graph"] as const;
const RIGHTS: Partial<Record<(typeof TABS)[number], string>> = { journeys: "journeys.read", touches: "touch.read", value: "ledger.read" };

/** One customer: a heading, what can be done, and tabs that have their own address. */
export function Customer() {
  const id = useCustomerId();
  const query = usePerson(id);
  return <Loaded query={query}>{(person) => <Whole key={person.customer_id} asked={id} person={person} />}</Loaded>;
}

function Whole({ asked, person }: { asked: number; person: Person }) {
  const { t } = useTranslation("customers");
  const names = useNames();
  const may = useMay();
  const called = useCalled();
  const navigate = useNavigate();
  const tail = useLocation().pathname.split("/")[3] ?? "overview";
  const here = TABS.find((tab) => tab === tail) ?? "overview";
  const go = (tab: string): void => void navigate(tab === "overview" ? `/customers/${asked}` : `/customers/${asked}/${tab}`);
  const what = (
    <Flex gap="small" align="center" wrap>
      <Tag>{names.layer(person.profile.layer)}</Tag>
      <span>{t("number", { id: String(person.customer_id) })}</span>
      {person.profile.personal["phone"] && <span>{person.profile.personal["phone"]}</span>}
    </Flex>
  );
  return (
    <Page title={called(person.profile.personal, isKnown(person))} what={what} above={<Back />} actions={<Actions person={person} />}>
      {asked !== person.customer_id && <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t("moved", { id: String(asked) })} />}
      <Tabs
        aria-label={t("tab.label")}
        activeKey={here}
        onChange={go}
        destroyOnHidden
        items={TABS.filter((tab) => RIGHTS[tab] === undefined || may(RIGHTS[tab])).map((tab) => ({ key: tab, label: t(`tab.${tab}`), children: tab === here ? <Outlet context={person} /> : null }))}
      />
    </Page>
  );
}

function Back() {
  const { t } = useTranslation("customers");
  return (
    <div style={{ marginBottom: 8 }}>
      <Link to="/customers">
        <ArrowLeftOutlined /> {t("back")}
      </Link>
    </div>
  );
}

function Actions({ person }: { person: Person }) {
  const { t } = useTranslation("review");
  const may = useMay();
  const navigate = useNavigate();
  const at = `/customers/${person.customer_id}`;
  return (
    <>
      <Reveal customerId={person.customer_id} />
      <OnPlatform person={person} />
      {may("identity.manage") && (
        <>
          <Button icon={<MergeCellsOutlined />} onClick={() => void navigate(`${at}/merge`)}>
            {t("mergeWith.action")}
          </Button>
          <Button icon={<SplitCellsOutlined />} disabled={person.identifiers.length < 2} onClick={() => void navigate(`${at}/split`)}>
            {t("split.action")}
          </Button>
        </>
      )}
    </>
  );
}
