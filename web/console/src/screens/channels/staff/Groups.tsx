import { answered, api, type Schema } from "@siyu/api";
import { Count, DataTable, DetailDrawer, Empty, Loaded, Opener, Page, useInAddress, When, type Column, type Filter } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Descriptions, Flex, Table, Tag, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import type { Account } from "../accounts";
import { ContactLink } from "../contacts/ContactLink";
import { withWho, type Who } from "../contacts/who";
import { useStaffName, type Group } from "../mirrored";
import { holds, ordered, paged, since } from "./listing";
import { OfAccount } from "./OfAccount";
import { Period, usePeriod } from "./Period";

async function load(account: number, days: string, signal: AbortSignal): Promise<Group[]> {
  return answered(api.GET("/api/v1/channels/accounts/{account_id}/groups", { signal, params: { path: { account_id: account }, query: { since: since(days) } } }));
}

/** Group chats: who is in them, who came and went. */
export function Groups() {
  const { t } = useTranslation("channels");
  return (
    <Page title={t("groups.title")} what={t("groups.what")}>
      <OfAccount needs="groups">{(account, choice) => <List account={account} choice={choice} />}</OfAccount>
    </Page>
  );
}

function List({ account, choice }: { account: Account; choice: ReactNode }) {
  const { t } = useTranslation("channels");
  const days = usePeriod();
  const [shown, show] = useInAddress("group");
  const staffName = useStaffName(account.id);
  const columns: Column<Group>[] = [
    {
      key: "name",
      title: t("groups.name"),
      sortable: true,
      render: (row) => (
        <Opener onClick={() => show(row.group_id)}>
          {row.name || t("groups.unnamed")}
        </Opener>
      ),
    },
    { key: "owner", title: t("groups.owner"), render: (row) => staffName(row.owner_id) },
    { key: "standing", title: t("groups.standing"), render: (row) => (row.gone_at === null ? <Tag color="success">{t("groups.there")}</Tag> : <Tag>{t("groups.gone")}</Tag>) },
    { key: "customers", title: t("groups.customers"), align: "right", sortable: true, render: (row) => <Count value={row.customers} /> },
    { key: "staff", title: t("groups.staff"), align: "right", sortable: true, render: (row) => <Count value={row.staff} /> },
    { key: "joined", title: t("groups.joined"), align: "right", sortable: true, render: (row) => <Count value={row.joined} /> },
    { key: "left", title: t("groups.left"), align: "right", sortable: true, render: (row) => <Count value={row.left} /> },
    { key: "created_at", title: t("groups.created"), sortable: true, render: (row) => <When at={row.created_at} precision="day" /> },
  ];
  const filters: Filter[] = [
    { kind: "text", key: "words", label: t("groups.words"), placeholder: t("groups.words"), width: 200 },
    { kind: "choice", key: "standing", label: t("groups.standing"), choices: [{ value: "there", label: t("groups.there") }, { value: "gone", label: t("groups.gone") }] },
  ];
  return (
    <>
      <DataTable
        name="channels.groups"
        title={t("groups.title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.group_id}
        queryKey={["channels", "groups", account.id, "list", days]}
        refresh={60_000}
        empty={<Empty title={t("groups.empty")} />}
        actions={
          <>
            {choice}
            <Period />
          </>
        }
        load={async ({ filters: wanted, sort, cursor, limit }, signal) => {
          const fit = (await load(account.id, days, signal)).filter((row) => holds([row.name, row.group_id, staffName(row.owner_id)], wanted["words"]) && (!wanted["standing"] || (row.gone_at === null) === (wanted["standing"] === "there")));
          return paged(ordered(fit, sort, (row, key) => row[key as "customers"]), cursor, limit);
        }}
      />
      <DetailDrawer open={shown !== null} title={t("groups.one")} onClose={() => show(null)}>
        {shown !== null && <Detail account={account.id} id={shown} days={days} />}
      </DetailDrawer>
    </>
  );
}

function Detail({ account, id, days }: { account: number; id: string; days: string }) {
  const { t } = useTranslation("channels");
  const staffName = useStaffName(account);
  const query = useQuery({ queryKey: ["channels", "groups", account, "all", days], queryFn: ({ signal }) => load(account, days, signal) });
  return (
    <Loaded query={query}>
      {(groups) => {
        const group = groups.find((one) => one.group_id === id);
        if (!group) return <Empty title={t("groups.unknown")} />;
        return (
          <Flex vertical gap="middle">
          <Descriptions
            column={1}
            size="small"
            bordered
            items={[
              { key: "name", label: t("groups.name"), children: group.name || t("groups.unnamed") },
              { key: "id", label: "ID", children: <Typography.Text code copyable>{group.group_id}</Typography.Text> },
              { key: "owner", label: t("groups.owner"), children: staffName(group.owner_id) },
              { key: "created", label: t("groups.created"), children: <When at={group.created_at} /> },
              { key: "gone", label: t("groups.standing"), children: group.gone_at === null ? t("groups.there") : <>{t("groups.gone")} <When at={group.gone_at} /></> },
              { key: "customers", label: t("groups.customers"), children: <Count value={group.customers} /> },
              { key: "staff", label: t("groups.staff"), children: <Count value={group.staff} /> },
              { key: "joined", label: t("groups.joinedIn", { days }), children: <Count value={group.joined} /> },
              { key: "left", label: t("groups.leftIn", { days }), children: <Count value={group.left} /> },
            ]}
          />
          <Members account={account} group={id} />
          </Flex>
        );
      }}
    </Loaded>
  );
}

type Member = Schema<"MemberRead"> & { who?: Who };
const SHOWN = 500;

/** Who is in it, and who was. */
function Members({ account, group }: { account: number; group: string }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const staffName = useStaffName(account);
  const query = useQuery({
    queryKey: ["channels", "groups", account, "members", group],
    queryFn: async ({ signal }) => {
      const found = await answered(api.GET("/api/v1/channels/accounts/{account_id}/groups/{group_id}/members", { signal, params: { path: { account_id: account, group_id: group } } }));
      return withWho(account, found.slice(0, SHOWN), (row) => row.member_id, may, signal);
    },
  });
  return (
    <Loaded query={query}>
      {(members) => (
        <Table<Member>
          aria-label={t("groups.members")}
          size="small"
          rowKey="member_id"
          dataSource={members}
          pagination={members.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { key: "who", title: t("groups.member"), render: (_, row) => (row.kind === "staff" ? staffName(row.member_id) : <ContactLink who={row.who} id={row.member_id} />) },
            { key: "kind", title: t("handovers.kind"), render: (_, row) => t(row.kind === "staff" ? "contacts.staff" : "contacts.customer") },
            { key: "joined", title: t("groups.joined"), render: (_, row) => <When at={row.joined_at} precision="day" /> },
            { key: "left", title: t("groups.left"), render: (_, row) => <When at={row.left_at} precision="day" /> },
          ]}
        />
      )}
    </Loaded>
  );
}
