import { answered, api, type Schema } from "@siyu/api";
import { Confirm, DataTable, Empty, Loaded, Page, Sideways, When, type Column, type Filter } from "@siyu/kit";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Card, Flex, Table, Tag, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay, useMe } from "../../../app/session";
import { useActorName } from "../../imports/names";
import { Heading } from "../rules/Versioned";
import { AskByHand } from "./AskByHand";
import { useAmount } from "./postingWords";

type ByHand = Schema<"ByHandRead">;

const DECIDED = ["posted", "refused"] as const;

/** Postings by hand: ask, decide what others asked for, see what was decided. */
export function Approvals() {
  const { t } = useTranslation("members");
  const may = useMay();
  return (
    <Page title={t("byHand.title")} what={t("byHand.what")} actions={may("ledger.post") && <AskByHand />}>
      <Flex vertical gap="middle">
        <Waiting />
        <Decided />
      </Flex>
    </Page>
  );
}

function useCommon(): Column<ByHand>[] {
  const { t } = useTranslation("members");
  const amount = useAmount();
  const actor = useActorName();
  return [
    { key: "asked", title: t("byHand.askedAt"), render: (one) => <When at={one.asked_at} /> },
    { key: "customer", title: t("byHand.whose"), render: (one) => <Link to={`/customers/${one.customer_id}/value?unit=${encodeURIComponent(one.unit)}`}>#{one.customer_id}</Link> },
    { key: "amount", title: t("byHand.amount"), align: "right", render: (one) => <Typography.Text type={one.amount < 0 ? "danger" : undefined}>{amount(one.amount, one.unit)}</Typography.Text> },
    { key: "reason", title: t("reason.label"), render: (one) => <span style={{ overflowWrap: "anywhere" }}>{one.reason}</span> },
    { key: "by", title: t("byHand.askedBy"), render: (one) => actor(one.asked_by) },
  ];
}

function Waiting() {
  const { t } = useTranslation("members");
  const may = useMay();
  const common = useCommon();
  const query = useQuery({ queryKey: ["members", "by-hand", "waiting"], refetchInterval: 30_000, queryFn: ({ signal }) => answered(api.GET("/api/v1/ledger/by_hand", { signal, params: { query: { state: "waiting", limit: 200 } } })) });
  return (
    <Card size="small" title={<Heading>{t("byHand.waiting")}</Heading>}>
      <Loaded query={query}>
        {(waiting) =>
          waiting.length === 0 ? (
            <Empty title={t("byHand.noneWaits")} />
          ) : (
            <Sideways label={t("byHand.waiting")}>
              <Table<ByHand>
                aria-label={t("byHand.waiting")}
                size="small"
                rowKey="id"
                pagination={false}
                dataSource={waiting}
                columns={[...common.map((one) => ({ title: one.title, align: one.align, render: (_: unknown, row: ByHand) => one.render(row) })), ...(may("ledger.approve") ? [{ title: t("byHand.decide"), render: (_: unknown, row: ByHand) => <Decide one={row} /> }] : [])]}
              />
            </Sideways>
          )
        }
      </Loaded>
    </Card>
  );
}

function Decide({ one }: { one: ByHand }) {
  const { t } = useTranslation("members");
  const me = useMe();
  const client = useQueryClient();
  const amount = useAmount();
  const own = one.asked_by === `operator:${me.id}`;
  const decide = async (how: "approve" | "refuse"): Promise<void> => {
    const params = { path: { asked_id: one.id } };
    await answered(how === "approve" ? api.POST("/api/v1/ledger/by_hand/{asked_id}/approve", { params }) : api.POST("/api/v1/ledger/by_hand/{asked_id}/refuse", { params }));
    await client.invalidateQueries({ queryKey: ["members"] });
  };
  const said = { amount: amount(one.amount, one.unit), id: String(one.customer_id) };
  return (
    <Flex gap="small" align="center">
      {own ? (
        <Tooltip title={t("byHand.ownWhat")}>
          <Tag tabIndex={0}>{t("byHand.own")}</Tag>
        </Tooltip>
      ) : (
        <Confirm size="small" type="primary" label={t("byHand.approve")} okText={t("byHand.approve")} title={t("byHand.approveTitle", said)} onConfirm={() => decide("approve")}>
          {one.reason}
        </Confirm>
      )}
      <Confirm size="small" label={t("byHand.refuse")} okText={t("byHand.refuse")} title={t("byHand.refuseTitle", said)} onConfirm={() => decide("refuse")}>
        {one.reason}
      </Confirm>
    </Flex>
  );
}

function Decided() {
  const { t } = useTranslation("members");
  const actor = useActorName();
  const columns: Column<ByHand>[] = [
    ...useCommon(),
    { key: "state", title: t("byHand.state"), render: (one) => <Tag color={one.state === "posted" ? "success" : "default"}>{t(`byHand.states.${one.state}`)}</Tag> },
    { key: "decidedBy", title: t("byHand.decidedBy"), render: (one) => (one.decided_by === one.asked_by ? t("byHand.atOnce") : actor(one.decided_by)) },
    { key: "decidedAt", title: t("byHand.decidedAt"), render: (one) => <When at={one.decided_at} /> },
  ];
  const filters: Filter[] = [{ kind: "choice", key: "state", label: t("byHand.state"), choices: DECIDED.map((value) => ({ value, label: t(`byHand.states.${value}`) })) }];
  return (
    <DataTable<ByHand>
      name="by-hand"
      title={t("byHand.decided")}
      columns={columns}
      filters={filters}
      rowKey={(one) => one.id}
      queryKey={["members", "by-hand", "decided"]}
      empty={<Empty title={t("byHand.noneDecided")} />}
      load={async ({ filters: wanted, cursor, limit }, signal) => {
        const query = { state: DECIDED.find((one) => one === wanted["state"]), before: Number(cursor) || undefined, limit: Math.min(limit, 200) };
        const found = await answered(api.GET("/api/v1/ledger/by_hand", { signal, params: { query } }));
        return { rows: found.filter((one) => one.state !== "waiting"), next: found.length === query.limit ? String(found.at(-1)?.id) : null };
      }}
    />
  );
}
