import { answered, api, type Schema } from "@siyu/api";
import { DataTable, DetailDrawer, Empty, Opener, Page, useInAddress, When, type Column, type Filter } from "@siyu/kit";
import { Button, Flex, Space, Tag, Typography } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { useNames } from "../../customers/names";
import type { Account } from "../accounts";
import { useStaff, useStaffName } from "../mirrored";
import { holds, ordered, paged } from "../staff/listing";
import { OfAccount } from "../staff/OfAccount";
import { ContactDetail } from "./ContactDetail";
import { HandOver } from "./HandOver";
import { PutTags } from "./PutTags";
import { StaffSelect } from "./StaffSelect";
import { calledBy, withWho, type Who } from "./who";

type Row = Schema<"ServedRead"> & { who?: Who };

/** Whom a member of staff has on the platform, and what can be done with many of them at once. */
export function Contacts() {
  const { t } = useTranslation("channels");
  return (
    <Page title={t("contacts.title")} what={t("contacts.what")}>
      <OfAccount needs="staff">{(account, choice) => <OfStaff key={account.id} account={account} choice={choice} />}</OfAccount>
    </Page>
  );
}

function OfStaff({ account, choice }: { account: Account; choice: ReactNode }) {
  const { t } = useTranslation("channels");
  const [wanted, want] = useInAddress("staff");
  const [shown, show] = useInAddress("contact");
  const staff = useStaff(account.id);
  const busiest = staff.data?.find((one) => one.contacts > 0)?.staff_id;
  const chosen = wanted ?? busiest;
  const choose = (
    <>
      <StaffSelect account={account.id} fits={(one) => one.contacts > 0 || one.staff_id === wanted} aria-label={t("contacts.staff")} placeholder={t("contacts.staff")} value={chosen} onChange={(id) => want(id)} style={{ minWidth: 220 }} />
      {choice}
    </>
  );
  return (
    <>
      {chosen ? <List key={chosen} account={account} staff={chosen} choice={choose} onShow={show} /> : <Empty title={t(staff.isPending ? "contacts.loading" : "contacts.nobody")}>{choice}</Empty>}
      <DetailDrawer open={shown !== null} title={t("contacts.one")} onClose={() => show(null)}>
        {shown !== null && <ContactDetail account={account} id={shown} />}
      </DetailDrawer>
    </>
  );
}

interface ListProps {
  account: Account;
  staff: string;
  choice: ReactNode;
  onShow: (contact: string) => void;
}

function List({ account, staff, choice, onShow }: ListProps) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const columns = useColumns(onShow);
  const [selected, select] = useState<string[]>([]);
  const [all, setAll] = useState<string[]>([]);
  const filters: Filter[] = [
    { kind: "text", key: "tag", label: t("contacts.tag"), width: 180 },
    { kind: "text", key: "state", label: t("codes.state"), width: 160 },
  ];
  return (
    <Flex vertical gap="middle">
      {may("channels.act") && <Chosen account={account} staff={staff} selected={selected} all={all} onSelect={select} />}
      <DataTable<Row>
        name="channels.contacts"
        title={t("contacts.title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.contact_id}
        queryKey={["channels", "contacts", account.id, staff]}
        refresh={60_000}
        empty={<Empty title={t("contacts.empty")} />}
        actions={choice}
        selection={may("channels.act") ? { selected, keep: true, onChange: (keys) => select(keys.map(String)) } : undefined}
        load={async ({ filters: wanted, sort, cursor, limit }, signal) => {
          const found = await answered(api.GET("/api/v1/channels/accounts/{account_id}/staff/{staff_id}/contacts", { signal, params: { path: { account_id: account.id, staff_id: staff } } }));
          const fit = found.filter((row) => holds(row.tags, wanted["tag"]) && holds([row.state], wanted["state"]));
          setAll(fit.map((row) => row.contact_id));
          const page = paged(ordered(fit, sort, (row, key) => row[key as "since"]), cursor, limit);
          return { ...page, rows: await withWho(account.id, page.rows, (row) => row.contact_id, may, signal) };
        }}
      />
    </Flex>
  );
}

function useColumns(onShow: (contact: string) => void): Column<Row>[] {
  const { t } = useTranslation("channels");
  const names = useNames();
  return [
    {
      key: "name",
      title: t("contacts.name"),
      render: (row) => (
        <Opener onClick={() => onShow(row.contact_id)}>
          {calledBy(row.who, row.contact_id)}
        </Opener>
      ),
    },
    { key: "phone", title: t("contacts.phone"), render: (row) => row.who?.personal["phone"] ?? "—" },
    { key: "since", title: t("contacts.since"), sortable: true, render: (row) => <When at={row.since} /> },
    { key: "way", title: t("contacts.way"), render: (row) => (row.way ? names.way(row.way) : "—") },
    { key: "state", title: t("codes.state"), render: (row) => (row.state ? <Typography.Text code>{row.state}</Typography.Text> : "—") },
    {
      key: "tags",
      title: t("contacts.tags"),
      render: (row) =>
        row.tags.length === 0 ? (
          "—"
        ) : (
          <Flex gap={4} wrap style={{ maxWidth: 360 }}>
            {row.tags.map((name) => (
              <Tag key={name} style={{ marginInlineEnd: 0 }}>
                {name}
              </Tag>
            ))}
          </Flex>
        ),
    },
  ];
}

interface ChosenProps {
  account: Account;
  staff: string;
  selected: readonly string[];
  all: readonly string[];
  onSelect: (ids: string[]) => void;
}

/** How many are chosen, and what can be done with them. */
function Chosen({ account, staff, selected, all, onSelect }: ChosenProps) {
  const { t } = useTranslation("channels");
  const staffName = useStaffName(account.id);
  const here = useStaff(account.id).data?.find((one) => one.staff_id === staff)?.gone_at === null;
  const [asked, ask] = useState<"handover" | "tags" | null>(null);
  const done = (): void => {
    ask(null);
    onSelect([]);
  };
  const handOver = async (taker: string, said: string): Promise<number> => {
    const made = await answered(
      api.POST("/api/v1/channels/accounts/{account_id}/handovers", { params: { path: { account_id: account.id } }, body: { giver: staff, taker, contact_ids: [...selected], said } }),
    );
    return made.length;
  };
  return (
    <Flex gap="small" align="center" wrap>
      <span aria-live="polite">{t("contacts.chosen", { count: selected.length, staff: staffName(staff) })}</span>
      <Space wrap>
        <Button size="small" disabled={all.length === 0 || selected.length === all.length} onClick={() => onSelect([...all])}>
          {t("contacts.all", { count: all.length })}
        </Button>
        <Button size="small" disabled={selected.length === 0} onClick={() => onSelect([])}>
          {t("contacts.none")}
        </Button>
        <Button size="small" type="primary" disabled={selected.length === 0} onClick={() => ask("handover")}>
          {t("handovers.do")}
        </Button>
        <Button size="small" disabled={selected.length === 0} onClick={() => ask("tags")}>
          {t("marks.do")}
        </Button>
      </Space>
      <HandOver account={account.id} count={selected.length} what="customers" givers={[staff]} told={here} open={asked === "handover"} onAsk={handOver} onDone={done} onClose={() => ask(null)} />
      <PutTags account={account.id} staff={staff} contacts={selected} open={asked === "tags"} onDone={done} onClose={() => ask(null)} />
    </Flex>
  );
}
