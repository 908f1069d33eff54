import { answered, api } from "@siyu/api";
import { Count, DataTable, Empty, When, type Column, type Filter } from "@siyu/kit";
import { Button, Flex, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import type { Account } from "../accounts";
import { HandOver } from "../contacts/HandOver";
import { useStaff, useStaffName, type Group } from "../mirrored";
import { holds, ordered, paged } from "../staff/listing";

/** Groups with their owners; those whose owner left come first. */
export function GroupsToHand({ account }: { account: Account }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const staff = useStaff(account.id);
  const staffName = useStaffName(account.id);
  const [selected, select] = useState<string[]>([]);
  const [open, setOpen] = useState(false);
  const left = (owner: string): boolean => staff.data?.find((one) => one.staff_id === owner)?.gone_at !== null;
  const columns: Column<Group>[] = [
    { key: "name", title: t("groups.name"), sortable: true, render: (row) => row.name || t("groups.unnamed") },
    {
      key: "owner",
      title: t("groups.owner"),
      render: (row) => (
        <Flex gap={4} align="center">
          {staffName(row.owner_id)}
          {staff.data && left(row.owner_id) && <Tag color="warning">{t("staff.standings.gone")}</Tag>}
        </Flex>
      ),
    },
    { key: "customers", title: t("groups.customers"), align: "right", sortable: true, render: (row) => <Count value={row.customers} /> },
    { key: "created_at", title: t("groups.created"), sortable: true, render: (row) => <When at={row.created_at} precision="day" /> },
  ];
  const filters: Filter[] = [{ kind: "text", key: "words", label: t("groups.words"), width: 200 }];
  const ask = async (taker: string): Promise<number> =>
    (await answered(api.POST("/api/v1/channels/accounts/{account_id}/handovers/groups", { params: { path: { account_id: account.id } }, body: { taker, group_ids: selected } }))).length;
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">{t("handovers.groupsWhat")}</Typography.Text>
      {may("channels.act") && (
        <Flex gap="small" align="center" wrap>
          <span aria-live="polite">{t("handovers.groupsChosen", { count: selected.length })}</span>
          <Button size="small" type="primary" disabled={selected.length === 0} onClick={() => setOpen(true)}>
            {t("handovers.do")}
          </Button>
        </Flex>
      )}
      <DataTable<Group>
        name="channels.groups.handing"
        title={t("groups.title")}
        prefix="g_"
        columns={columns}
        filters={filters}
        rowKey={(row) => row.group_id}
        queryKey={["channels", "groups", account.id, "handing", staff.dataUpdatedAt]}
        empty={<Empty title={t("groups.empty")} />}
        selection={may("channels.act") ? { selected, keep: true, onChange: (keys) => select(keys.map(String)) } : undefined}
        load={async ({ filters: wanted, sort, cursor, limit }, signal) => {
          const found = await answered(api.GET("/api/v1/channels/accounts/{account_id}/groups", { signal, params: { path: { account_id: account.id } } }));
          const fit = found.filter((row) => row.gone_at === null && holds([row.name, row.group_id, staffName(row.owner_id)], wanted["words"]));
          const first = sort ? fit : [...fit.filter((row) => left(row.owner_id)), ...fit.filter((row) => !left(row.owner_id))];
          return paged(ordered(first, sort, (row, key) => row[key as "customers"]), cursor, limit);
        }}
      />
      <HandOver
        account={account.id}
        count={selected.length}
        what="groups"
        givers={[]}
        open={open}
        onAsk={ask}
        onDone={() => {
          setOpen(false);
          select([]);
        }}
        onClose={() => setOpen(false)}
      />
    </Flex>
  );
}
