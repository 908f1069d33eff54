import { answered, api, type Schema } from "@siyu/api";
import { DataTable, Empty, When, type Column } from "@siyu/kit";
import { Button, Flex, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import type { Account } from "../accounts";
import { ContactLink } from "../contacts/ContactLink";
import { HandOver } from "../contacts/HandOver";
import { withWho, type Who } from "../contacts/who";
import { useStaffName } from "../mirrored";
import { paged } from "../staff/listing";
import { byGiver, keyOf } from "./heirs";

type Row = Schema<"HeirlessRead"> & { who?: Who };

/** Customers of members who left, whom nobody has taken over yet; the platform is asked each time. */
export function Heirless({ account }: { account: Account }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const staffName = useStaffName(account.id);
  const [selected, select] = useState<string[]>([]);
  const [all, setAll] = useState<string[]>([]);
  const [open, setOpen] = useState(false);
  const groups = byGiver(selected);
  const columns: Column<Row>[] = [
    { key: "name", title: t("contacts.name"), render: (row) => <ContactLink who={row.who} id={row.contact_id} /> },
    { key: "staff", title: t("handovers.giver"), render: (row) => staffName(row.staff_id) },
    { key: "left", title: t("handovers.leftAt"), render: (row) => <When at={row.left_at} /> },
  ];
  const ask = async (taker: string): Promise<number> => {
    let made = 0;
    for (const [giver, contact_ids] of groups) {
      made += (await answered(api.POST("/api/v1/channels/accounts/{account_id}/handovers", { params: { path: { account_id: account.id } }, body: { giver, taker, contact_ids, said: "" } }))).length;
    }
    return made;
  };
  const done = (): void => {
    setOpen(false);
    select([]);
  };
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">{t("handovers.heirlessWhat")}</Typography.Text>
      <Flex gap="small" align="center" wrap>
        <span aria-live="polite">{t("handovers.chosen", { count: selected.length })}</span>
        <Button size="small" disabled={all.length === 0 || selected.length === all.length} onClick={() => select([...all])}>
          {t("contacts.all", { count: all.length })}
        </Button>
        <Button size="small" type="primary" disabled={selected.length === 0} onClick={() => setOpen(true)}>
          {t("handovers.do")}
        </Button>
      </Flex>
      <DataTable<Row>
        name="channels.heirless"
        title={t("handovers.tabs.heirless")}
        prefix="h_"
        columns={columns}
        rowKey={keyOf}
        queryKey={["channels", "handovers", account.id, "heirless"]}
        empty={<Empty title={t("handovers.noHeirless")} />}
        selection={{ selected, keep: true, onChange: (keys) => select(keys.map(String)) }}
        load={async ({ cursor, limit }, signal) => {
          const found = await answered(api.GET("/api/v1/channels/accounts/{account_id}/heirless", { signal, params: { path: { account_id: account.id } } }));
          setAll(found.map(keyOf));
          const page = paged(found, cursor, limit);
          return { ...page, rows: await withWho(account.id, page.rows, (row) => row.contact_id, may, signal) };
        }}
      />
      <HandOver account={account.id} count={selected.length} what="customers" givers={[...groups.keys()]} open={open} onAsk={ask} onDone={done} onClose={() => setOpen(false)} />
    </Flex>
  );
}
