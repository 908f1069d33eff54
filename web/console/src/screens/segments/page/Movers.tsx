import { answered, api, type Schema } from "@siyu/api";
import { Empty, Loaded, Money, When } from "@siyu/kit";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Segmented, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLayerName } from "../../../app/ladder";
import { ExportPeople } from "../../insight/people/ExportPeople";
import type { Segment } from "../segment";

const WHICH = ["both", "entered", "left"] as const;

interface Props {
  segment: Segment;
  first: string;
  last: string;
  /** One of the days, where only that is looked at. */
  day: string | null;
  onEveryDay: () => void;
}

interface Row extends Schema<"Move"> {
  customer?: Schema<"CustomerRow">;
}

/** Who came into the segment and who left, when, each with the way to the customer. */
export function Movers({ segment, first, last, day, onEveryDay }: Props) {
  const { t } = useTranslation("segments");
  const [which, setWhich] = useState<(typeof WHICH)[number]>("both");
  const [from, to] = day ? [day, day] : [first, last];
  const found = useInfiniteQuery({
    queryKey: ["segments", segment.id, "movers", which, from, to],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => answered(api.GET("/api/v1/segments/{segment_id}/movers", { signal, params: { path: { segment_id: segment.id }, query: { from, to, which, cursor: pageParam } } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const some = found.data?.pages.some((page) => page.moves.length > 0);
  return (
    <Card
      size="small"
      title={<h2 style={{ fontSize: 16, margin: 0 }}>{t("moves.people")}</h2>}
      extra={
        <Flex gap="small" wrap>
          <Segmented aria-label={t("moves.which")} value={which} options={WHICH.map((value) => ({ value, label: t(`moves.${value}`) }))} onChange={setWhich} />
          {some && <ExportPeople key={`${which} ${from} ${to}`} asked={{ wanted: {}, moves: { segment_id: segment.id, first: from, last: to, which } }} />}
        </Flex>
      }
    >
      <Flex vertical gap="small">
        <Flex gap="small" align="center" wrap>
          <Typography.Text type="secondary">{t("moves.peopleWhat")}</Typography.Text>
          {day && (
            <>
              <Tag style={{ margin: 0 }}>{t("moves.onDay", { day })}</Tag>
              <Button type="link" size="small" onClick={onEveryDay}>
                {t("moves.everyDay")}
              </Button>
            </>
          )}
        </Flex>
        <Loaded query={found}>
          {({ pages }) => {
            const known = new Map(pages.flatMap((page) => page.customers).map((one) => [one.customer_id, one]));
            const rows = pages.flatMap((page) => page.moves).map((one): Row => ({ ...one, customer: known.get(one.customer_id) }));
            if (rows.length === 0) return <Empty title={t("moves.nobody")} />;
            return (
              <>
                <Listed rows={rows} />
                {found.hasNextPage && (
                  <Button style={{ alignSelf: "flex-start" }} loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                    {t("moves.more")}
                  </Button>
                )}
              </>
            );
          }}
        </Loaded>
      </Flex>
    </Card>
  );
}

function Listed({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation("segments");
  const layer = useLayerName();
  return (
    <Table<Row>
      aria-label={t("moves.people")}
      size="small"
      rowKey={(row) => `${row.at} ${row.customer_id} ${row.entered}`}
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={[...rows]}
      columns={[
        { title: t("moves.at"), render: (_, row) => <When at={row.at} /> },
        { title: t("moves.what_"), render: (_, row) => <Tag color={row.entered ? "success" : undefined}>{t(row.entered ? "moves.entered" : "moves.left")}</Tag> },
        { title: t("moves.customer"), render: (_, row) => <Link to={`/customers/${row.customer_id}`}>{row.customer?.personal["name"] ?? row.customer?.personal["phone"] ?? `#${row.customer_id}`}</Link> },
        { title: t("moves.layer"), render: (_, row) => row.customer && <Tag>{layer(row.customer.layer)}</Tag> },
        { title: t("moves.orders"), align: "right", render: (_, row) => row.customer?.orders },
        { title: t("moves.net_"), align: "right", render: (_, row) => row.customer && <Money fen={row.customer.net_fen} /> },
      ]}
    />
  );
}
