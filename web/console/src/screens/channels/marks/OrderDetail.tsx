import { answered, api, type Schema } from "@siyu/api";
import { Loaded, useLanguage } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Badge, Flex, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import type { Account } from "../accounts";
import { ContactLink } from "../contacts/ContactLink";
import { withWho, type Who } from "../contacts/who";
import { useStaffName, useTags } from "../mirrored";

type Mark = Schema<"MarkRead"> & { who?: Who };

interface Order {
  order: Schema<"MarkOrderRead">;
  marks: Mark[];
}
const SHOWN = 500;
const DOTS: Record<string, "processing" | "success" | "error"> = { waiting: "processing", done: "success", failed: "error" };

/** What became of each contact of an order; what failed says why. */
export function OrderDetail({ account, id }: { account: Account; id: number }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const query = useQuery<Order>({
    queryKey: ["channels", "marks", account.id, id],
    refetchInterval: ({ state }) => (state.data && state.data.order.waiting === 0 ? false : 3000),
    queryFn: async ({ signal }) => {
      const found = await answered(api.GET("/api/v1/channels/accounts/{account_id}/marks/{order_id}", { signal, params: { path: { account_id: account.id, order_id: id } } }));
      return { order: found.order, marks: await withWho(account.id, found.marks.slice(0, SHOWN), (row) => row.contact_id, may, signal) };
    },
  });
  return (
    <Loaded query={query}>
      {({ order, marks }) => (
        <Flex vertical gap="middle">
          <span aria-live="polite">{t("marks.far", { total: String(order.total), done: String(order.done), waiting: String(order.waiting), failed: String(order.failed) })}</span>
          {order.total > SHOWN && <Typography.Text type="secondary">{t("tasks.firstOnes", { count: SHOWN })}</Typography.Text>}
          <Each account={account} marks={marks} />
        </Flex>
      )}
    </Loaded>
  );
}

function Each({ account, marks }: { account: Account; marks: readonly Mark[] }) {
  const { t, i18n } = useTranslation("channels");
  const language = useLanguage();
  const staffName = useStaffName(account.id);
  const tags = useTags(account.id);
  const tagName = (id: string): string => tags.data?.find((one) => one.tag_id === id)?.name ?? id;
  const stateName = (state: string): string => (i18n.exists(`channels:marks.states.${state}`) ? t(`marks.states.${state}` as never) : state);
  return (
    <Table<Mark>
      aria-label={t("marks.one")}
      size="small"
      rowKey="id"
      dataSource={[...marks]}
      pagination={marks.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
      columns={[
        { key: "contact", title: t("contacts.name"), render: (_, row) => <ContactLink who={row.who} id={row.contact_id} /> },
        { key: "staff", title: t("contacts.staff"), render: (_, row) => staffName(row.staff_id) },
        {
          key: "tags",
          title: t("tags.name"),
          render: (_, row) => (
            <Flex gap={4} wrap>
              {row.adds.map((one) => (
                <Tag key={one} style={{ marginInlineEnd: 0 }}>
                  + {tagName(one)}
                </Tag>
              ))}
              {row.removes.map((one) => (
                <Tag key={one} style={{ marginInlineEnd: 0 }}>
                  − {tagName(one)}
                </Tag>
              ))}
            </Flex>
          ),
        },
        {
          key: "state",
          title: t("marks.state"),
          render: (_, row) => (
            <Flex vertical>
              <Badge status={DOTS[row.state] ?? "default"} text={stateName(row.state)} />
              {row.reason && <Typography.Text type="secondary">{language === "zh" ? row.reason_zh : row.reason}</Typography.Text>}
            </Flex>
          ),
        },
      ]}
    />
  );
}
