import { answered, api, type Schema } from "@siyu/api";
import { Loaded, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Button, Descriptions, Flex, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { useNames } from "../../customers/names";
import type { Account } from "../accounts";
import { useStaffName } from "../mirrored";
import { ContactLink } from "./ContactLink";
import { NoteForm } from "./NoteForm";
import { whoAre } from "./who";

type Follow = Schema<"RelationshipRead">;

/** One contact: who they are, everybody who has or had them, and what can be noted of them. */
export function ContactDetail({ account, id }: { account: Account; id: string }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const query = useQuery({
    queryKey: ["channels", "contacts", account.id, "one", id],
    queryFn: async ({ signal }) => {
      const contact = await answered(api.GET("/api/v1/channels/accounts/{account_id}/contacts/{contact_id}", { signal, params: { path: { account_id: account.id, contact_id: id } } }));
      return { contact, who: (await whoAre(account.id, [id], may, signal)).get(id) };
    },
  });
  return (
    <Loaded query={query}>
      {({ contact, who }) => (
        <Flex vertical gap="middle">
          <Descriptions
            column={1}
            size="small"
            bordered
            items={[
              { key: "who", label: t("contacts.name"), children: who ? <ContactLink who={who} id={id} /> : "—" },
              { key: "id", label: "ID", children: <Typography.Text code copyable>{contact.contact_id}</Typography.Text> },
              { key: "tags", label: t("contacts.tags"), children: contact.tags.length > 0 ? contact.tags.map((name) => <Tag key={name}>{name}</Tag>) : "—" },
              { key: "seen", label: t("contacts.seen"), children: <When at={contact.seen_at} ago /> },
            ]}
          />
          <Follows account={account} contact={id} follows={contact.follows} />
        </Flex>
      )}
    </Loaded>
  );
}

function Follows({ account, contact, follows }: { account: Account; contact: string; follows: readonly Follow[] }) {
  const { t, i18n } = useTranslation("channels");
  const names = useNames();
  const may = useMay();
  const staffName = useStaffName(account.id);
  const [noting, note] = useState<string | null>(null);
  const ended = (by: string): string => (i18n.exists(`channels:contacts.endedBy.${by}`) ? t(`contacts.endedBy.${by}` as never) : by);
  return (
    <>
      <Typography.Title level={3} style={{ fontSize: 15, margin: 0 }}>
        {t("contacts.follows")}
      </Typography.Title>
      <Table<Follow>
        aria-label={t("contacts.follows")}
        size="small"
        rowKey={(row) => `${row.staff_id} ${row.since}`}
        pagination={false}
        dataSource={[...follows]}
        columns={[
          { key: "staff", title: t("contacts.staff"), render: (_, row) => staffName(row.staff_id) },
          { key: "since", title: t("contacts.since"), render: (_, row) => <When at={row.since} precision="day" /> },
          { key: "way", title: t("contacts.way"), render: (_, row) => (row.way ? names.way(row.way) : "—") },
          {
            key: "ended",
            title: t("contacts.standing"),
            render: (_, row) =>
              row.ended_at === null ? (
                <Tag color="success">{t("contacts.there")}</Tag>
              ) : (
                <Flex vertical>
                  <span>{ended(row.ended_by)}</span>
                  <Typography.Text type="secondary">
                    <When at={row.ended_at} precision="day" />
                  </Typography.Text>
                </Flex>
              ),
          },
          {
            key: "note",
            title: t("contacts.actions"),
            render: (_, row) =>
              row.ended_at === null && may("channels.act") && (
                <Button size="small" aria-label={t("contacts.noteOf", { staff: staffName(row.staff_id) })} onClick={() => note(row.staff_id)}>
                  {t("contacts.note")}
                </Button>
              ),
          },
        ]}
      />
      <NoteForm account={account.id} contact={contact} staff={noting} staffName={noting === null ? "" : staffName(noting)} onClose={() => note(null)} />
    </>
  );
}
