import { answered, api, type Schema } from "@siyu/api";
import { Count, Empty, Loaded, Money, Sideways, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Flex, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useCalled } from "./names";
import { Figure } from "./Worth";

type Brought = Schema<"Brought">;

/** Who brought somebody, whom they brought, and what these are worth: social value in its first form. */
export function Friends({ id }: { id: number }) {
  const { t } = useTranslation("customers");
  const query = useQuery({ queryKey: ["customers", id, "referrals"], queryFn: ({ signal }) => answered(api.GET("/api/v1/customers/{customer_id}/referrals", { signal, params: { path: { customer_id: id } } })) });
  return (
    <Loaded query={query}>
      {({ came_by, friends, social }) => (
        <Flex vertical gap="middle">
          {came_by && (
            <span>
              {t("friends.cameBy")} <Person one={came_by} /> <When at={came_by.at} precision="day" />
            </span>
          )}
          {friends.length === 0 ? (
            <Empty title={t("friends.none")} />
          ) : (
            <>
              <Flex gap={48} wrap>
                <Figure label={t("friends.social")} what={t("friends.socialWhat")}>
                  <Money fen={social.net_fen} />
                </Figure>
                <Figure label={t("friends.came")}>
                  <Count value={social.friends} />
                </Figure>
                <Figure label={t("friends.bought")}>
                  <Count value={social.buyers} />
                </Figure>
              </Flex>
              <List friends={friends} />
            </>
          )}
        </Flex>
      )}
    </Loaded>
  );
}

function List({ friends }: { friends: readonly Brought[] }) {
  const { t } = useTranslation("customers");
  return (
    <Sideways label={t("friends.came")}>
      <Table<Brought>
        aria-label={t("friends.came")}
        size="small"
        rowKey="customer_id"
        pagination={friends.length > 10 ? { pageSize: 10 } : false}
        dataSource={[...friends]}
        columns={[
          { key: "name", title: t("column.name"), render: (_, one) => <Person one={one} /> },
          { key: "at", title: t("friends.at"), render: (_, one) => <When at={one.at} precision="day" /> },
          { key: "way", title: t("friends.way"), render: (_, one) => t(`friends.ways.${one.way}`) },
          { key: "value", title: t("column.value"), align: "right", render: (_, one) => (one.customer ? <Money fen={one.customer.net_fen} /> : <Typography.Text type="secondary">—</Typography.Text>) },
        ]}
      />
    </Sideways>
  );
}

function Person({ one }: { one: Brought }) {
  const called = useCalled();
  return <Link to={`/customers/${one.customer_id}`}>{one.customer ? called(one.customer.personal, one.customer.known_since !== null) : `#${one.customer_id}`}</Link>;
}
