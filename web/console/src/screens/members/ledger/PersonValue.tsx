import { answered, api, type Schema } from "@siyu/api";
import { Count, Empty, Loaded, Sideways, useInAddress, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import { usePersonHere } from "../../customers/person";
import { PayMember } from "../../payments/PayMember";
import { useFigure } from "../rules/TiersPage";
import { Heading } from "../rules/Versioned";
import { useUnitName } from "../units";
import { AskByHand } from "./AskByHand";
import { Why } from "./Why";

type Standing = Schema<"Standing">;

/** What a customer has of every unit, their tier and tasks; and of one unit, why they have it. */
export function PersonValue() {
  const { t } = useTranslation("members");
  const { customer_id: id } = usePersonHere();
  const may = useMay();
  const query = useQuery({ queryKey: ["members", "accounts", id], queryFn: ({ signal }) => answered(api.GET("/api/v1/ledger/customers/{customer_id}", { signal, params: { path: { customer_id: id } } })) });
  return (
    <Flex vertical gap="middle">
      <Flex gap="small" align="center" wrap>
        {may("ledger.post") && <AskByHand customerId={id} />}
        {may("payments.pay") && <PayMember customerId={id} />}
        {may("payments.read") && <Link to={`/members/transfers?customer=${id}`}>{t("value.transfers")}</Link>}
      </Flex>
      <Tier id={id} />
      <Loaded query={query}>{({ accounts }) => (accounts.length === 0 ? <Empty title={t("value.none")} /> : <Accounts id={id} accounts={accounts} />)}</Loaded>
      <Tasks id={id} />
    </Flex>
  );
}

function Accounts({ id, accounts }: { id: number; accounts: readonly Standing[] }) {
  const { t } = useTranslation("members");
  const unit = useUnitName();
  const [asked, ask] = useInAddress("unit");
  const shown = accounts.find((one) => one.unit === asked) ?? accounts.find((one) => one.unit === "points") ?? accounts[0];
  return (
    <>
      <Sideways label={t("value.accounts")}>
        <Table<Standing>
          aria-label={t("value.accounts")}
          size="small"
          rowKey={(one) => `${one.kind} ${one.unit}`}
          pagination={false}
          dataSource={[...accounts]}
          columns={[
            { title: t("value.unit"), render: (_, one) => <Flex gap={6}>{unit(one.unit)}{one.kind !== "customer" && <Tag>{t("value.commission")}</Tag>}</Flex> },
            { title: t("value.balance"), align: "right", render: (_, one) => <Count value={one.balance} /> },
            { title: t("value.available"), align: "right", render: (_, one) => <Count value={one.available} /> },
            { title: t("value.pending"), align: "right", render: (_, one) => <Count value={one.pending} /> },
            { title: t("value.held"), align: "right", render: (_, one) => <Count value={one.held} /> },
            { title: t("value.owed"), align: "right", render: (_, one) => (one.owed > 0 ? <Typography.Text type="danger"><Count value={one.owed} /></Typography.Text> : <Count value={0} />) },
            { title: t("value.nextExpiry"), render: (_, one) => <When at={one.next_expiry} precision="day" /> },
            { title: "", render: (_, one) => (one.kind === "customer" ? <Button type="link" size="small" aria-current={one === shown} aria-label={t("value.whyOf", { unit: unit(one.unit) })} onClick={() => ask(one.unit)}>{t("value.why")}</Button> : null) },
          ]}
        />
      </Sideways>
      {shown && <Why key={shown.unit} customerId={id} unit={shown.unit} />}
    </>
  );
}

function Tier({ id }: { id: number }) {
  const query = useQuery({ queryKey: ["members", "tier", id], queryFn: ({ signal }) => answered(api.GET("/api/v1/ledger/tiers/customers/{customer_id}", { signal, params: { path: { customer_id: id } } })) });
  return query.data?.standing ? <Standing standing={query.data.standing} /> : null;
}

function Standing({ standing }: { standing: Schema<"TierStandingRead"> }) {
  const { t } = useTranslation("members");
  const figure = useFigure(standing.by);
  return (
    <Flex gap="small" align="center" wrap>
      <Tag>{standing.tier.name}</Tag>
      <span>{t("value.tierHas", { figure: figure(standing.figure) })}</span>
      {standing.since && (
        <span>
          {t(`value.tierWhy.${standing.why}`)} <When at={standing.since} precision="day" />
        </span>
      )}
      {standing.until && (
        <Typography.Text type="warning">
          {t("value.tierUntil")} <When at={standing.until} precision="day" />
        </Typography.Text>
      )}
    </Flex>
  );
}

function Tasks({ id }: { id: number }) {
  const { t } = useTranslation("members");
  const query = useQuery({ queryKey: ["members", "tasks-of", id], queryFn: ({ signal }) => answered(api.GET("/api/v1/ledger/tasks/customers/{customer_id}", { signal, params: { path: { customer_id: id } } })) });
  if (!query.data?.length) return null;
  return (
    <Card size="small" title={<Heading>{t("tasks.title")}</Heading>}>
      <Flex gap="small" wrap>
        {query.data.map((one) => (
          <Tag key={one.task.code} color={one.done_at ? "success" : undefined}>
            {one.task.name}：{one.done_at ? t("value.taskDone", { count: one.times, times: String(one.times) }) : one.open ? t("value.taskOpen") : t("value.taskClosed")}
          </Tag>
        ))}
      </Flex>
    </Card>
  );
}
