import type { Schema } from "@siyu/api";
import { DetailDrawer, Empty, Loaded, Money, useFormat, When } from "@siyu/kit";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Flex, Table, Tag, Typography, type TableProps } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLayerName } from "../../../app/ladder";
import { ExportPeople, type Exportable } from "./ExportPeople";

type Row = Schema<"CustomerRow">;

export interface PeoplePage {
  customers: readonly Row[];
  next: string | null;
  total: number | null;
  /** The question that a figure's people were asked with: an export takes it as it is. */
  people?: Schema<"PeopleAnswer">["people"];
  /** The same for people of the customers list: its filters. */
  asked?: Exportable;
}

export type LoadPeople = (cursor: string | undefined, signal: AbortSignal) => Promise<PeoplePage>;

interface Props {
  open: boolean;
  title: ReactNode;
  /** What these people have in common. */
  what?: ReactNode;
  queryKey: readonly unknown[];
  load: LoadPeople;
  onClose: () => void;
  /** Above the list: choices within these people. */
  children?: ReactNode;
}

/** The customers behind a figure: a list that goes on by cursor, each with the way to the customer. */
export function PeopleDrawer({ open, title, what, queryKey, load, onClose, children }: Props) {
  const { t } = useTranslation("insight");
  const format = useFormat();
  const found = useInfiniteQuery({
    queryKey: ["people", ...queryKey],
    enabled: open,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const first = found.data?.pages[0];
  const asked = first?.people ? { wanted: {}, people: first.people } : first?.asked;
  return (
    <DetailDrawer open={open} title={title} onClose={onClose} width={860} actions={asked && <ExportPeople key={JSON.stringify(asked)} asked={asked} />}>
      <Flex vertical gap="middle">
        {what && <Typography.Text type="secondary">{what}</Typography.Text>}
        {children}
        <Loaded query={found}>
          {({ pages }) => {
            const rows = pages.flatMap((page) => page.customers);
            if (rows.length === 0) return <Empty title={t("people.none")} />;
            return (
              <>
                {first?.total != null && <Typography.Text strong>{t("people.total", { total: format.count(first.total) })}</Typography.Text>}
                <People rows={rows} />
                {found.hasNextPage && (
                  <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                    {t("people.more")}
                  </Button>
                )}
              </>
            );
          }}
        </Loaded>
      </Flex>
    </DetailDrawer>
  );
}

function People({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation("insight");
  const layer = useLayerName();
  const columns: TableProps<Row>["columns"] = [
    {
      title: t("people.customer"),
      render: (_, row) => <Link to={`/customers/${row.customer_id}`}>{row.personal["name"] ?? row.personal["phone"] ?? `#${row.customer_id}`}</Link>,
    },
    { title: t("people.layer"), render: (_, row) => <Tag>{layer(row.layer)}</Tag> },
    { title: t("people.orders"), align: "right", render: (_, row) => row.orders },
    { title: t("people.net"), align: "right", render: (_, row) => <Money fen={row.net_fen} /> },
    { title: t("people.lastOrder"), render: (_, row) => <When at={row.last_order_at} precision="day" /> },
    { title: t("people.lastSeen"), render: (_, row) => <When at={row.last_seen_at} ago /> },
  ];
  return (
    <Table<Row>
      aria-label={t("people.list")}
      size="small"
      rowKey="customer_id"
      columns={columns}
      dataSource={[...rows]}
      pagination={false}
      scroll={{ x: "max-content" }}
    />
  );
}
