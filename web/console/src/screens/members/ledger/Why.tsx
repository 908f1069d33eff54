import { answered, api, type Schema } from "@siyu/api";
import { Count, Loaded, When } from "@siyu/kit";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Flex, Segmented, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { useActorName } from "../../imports/names";
import { WithReason } from "../../touch/WithReason";
import { Heading } from "../rules/Versioned";
import { useUnitName } from "../units";
import { useAmount, usePostingWords } from "./postingWords";

type Entry = Schema<"EntryLine">;
type Lot = Schema<"LotLine">;
type Hold = Schema<"HoldLine">;

interface Of {
  customerId: number;
  unit: string;
}

/** Why somebody has this balance: every posting with the balance after it, what is left of each credit, what is held. */
export function Why({ customerId, unit }: Of) {
  const { t } = useTranslation("members");
  const name = useUnitName();
  const path = { customer_id: customerId, unit };
  const query = useQuery({ queryKey: ["members", "accounts", customerId, unit], queryFn: ({ signal }) => answered(api.GET("/api/v1/ledger/customers/{customer_id}/{unit}", { signal, params: { path } })) });
  return (
    <>
      <Entries customerId={customerId} unit={unit} />
      <Loaded query={query}>
        {({ lots, holds }) => (
          <>
            <Card size="small" title={<Heading>{t("value.lots", { unit: name(unit) })}</Heading>}>
              {lots.length === 0 ? <Typography.Text type="secondary">{t("value.noLots")}</Typography.Text> : <Lots lots={lots} />}
            </Card>
            {holds.length > 0 && (
              <Card size="small" title={<Heading>{t("value.holds", { unit: name(unit) })}</Heading>}>
                <Holds holds={holds} />
              </Card>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

function Entries({ customerId, unit }: Of) {
  const { t } = useTranslation("members");
  const name = useUnitName();
  const [held, ofHeld] = useState(false);
  const path = { customer_id: customerId, unit };
  const query = useInfiniteQuery({
    queryKey: ["members", "accounts", customerId, unit, "entries", held],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => answered(api.GET("/api/v1/ledger/customers/{customer_id}/{unit}/entries", { signal, params: { path, query: { cursor: pageParam, limit: 50, of_held: held } } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  return (
    <Card
      size="small"
      title={<Heading>{t("value.entries", { unit: name(unit) })}</Heading>}
      extra={<Segmented<boolean> size="small" aria-label={t("value.account")} value={held} onChange={ofHeld} options={[{ value: false, label: t("value.own") }, { value: true, label: t("value.held") }]} />}
    >
      <Loaded query={query}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.entries);
          return (
            <Flex vertical gap="small">
              <Summed entries={entries} whole={!query.hasNextPage} unit={unit} />
              <Lines entries={entries} customerId={customerId} unit={unit} />
              {query.hasNextPage && (
                <Button style={{ alignSelf: "flex-start" }} loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {t("value.more")}
                </Button>
              )}
            </Flex>
          );
        }}
      </Loaded>
    </Card>
  );
}

/** That the list comes to the balance. */
function Summed({ entries, whole, unit }: { entries: readonly Entry[]; whole: boolean; unit: string }) {
  const { t } = useTranslation("members");
  const amount = useAmount();
  const [newest, oldest] = [entries[0], entries.at(-1)];
  if (!newest || !oldest) return null;
  const sum = entries.reduce((total, one) => total + one.amount, 0);
  const before = (oldest.balance ?? oldest.amount) - oldest.amount;
  const said = { count: entries.length, before: amount(before, unit), sum: amount(sum, unit), after: amount(before + sum, unit) };
  return <Typography.Text type="secondary">{t(whole ? "value.summed" : "value.summedPart", said)}</Typography.Text>;
}

function Lines({ entries, customerId, unit }: { entries: readonly Entry[] } & Of) {
  const { t } = useTranslation("members");
  const words = usePostingWords();
  const amount = useAmount();
  const actor = useActorName();
  const may = useMay();
  return (
    <Table<Entry>
      aria-label={t("value.entries", { unit })}
      size="small"
      rowKey={(one) => `${one.transaction_id} ${one.amount}`}
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={[...entries]}
      locale={{ emptyText: t("value.noEntries") }}
      columns={[
        { title: t("value.when"), render: (_, one) => <When at={one.effective_at} /> },
        { title: t("value.what"), render: (_, one) => <Flex gap={6} align="center">{words.reason(one.reason)}{one.kind !== "posted" && <Tag>{words.kind(one.kind)}</Tag>}</Flex> },
        { title: t("value.source"), render: (_, one) => <Flex vertical>{words.source(one.source)}{one.of !== null && <Typography.Text type="secondary">{t("value.of", { id: String(one.of) })}</Typography.Text>}{one.actor && <Typography.Text type="secondary">{actor(one.actor)}</Typography.Text>}</Flex> },
        { title: t("value.transaction"), align: "right", render: (_, one) => one.transaction_id },
        { title: t("value.amount"), align: "right", render: (_, one) => <Typography.Text type={one.amount < 0 ? "danger" : undefined} style={{ fontVariantNumeric: "tabular-nums" }}>{amount(one.amount, unit)}</Typography.Text> },
        { title: t("value.after"), align: "right", render: (_, one) => <Count value={one.balance} /> },
        { title: "", render: (_, one) => (may("ledger.approve") && one.kind === "posted" && !entries.some((other) => other.of === one.transaction_id) ? <Reverse id={one.transaction_id} customerId={customerId} /> : null) },
      ]}
    />
  );
}

/** Take a whole transaction back, once, by a new one that names it. */
function Reverse({ id, customerId }: { id: number; customerId: number }) {
  const { t } = useTranslation("members");
  const client = useQueryClient();
  const [key] = useState(() => `console:${crypto.randomUUID()}`);
  const reverse = async (reason: string): Promise<void> => {
    await answered(api.POST("/api/v1/ledger/transactions/{transaction_id}/reverse", { params: { path: { transaction_id: id } }, body: { key, reason } }));
    await client.invalidateQueries({ queryKey: ["members", "accounts", customerId] });
  };
  return (
    <WithReason type="link" size="small" danger label={t("value.reverse")} title={t("value.reverseTitle", { id: String(id) })} onDone={reverse}>
      {t("value.reverseWhat")}
    </WithReason>
  );
}

function Lots({ lots }: { lots: readonly Lot[] }) {
  const { t } = useTranslation("members");
  const words = usePostingWords();
  return (
    <Table<Lot>
      aria-label={t("value.lotsLabel")}
      size="small"
      rowKey="id"
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={[...lots]}
      columns={[
        { title: t("value.earned"), render: (_, one) => <When at={one.effective_at} precision="day" /> },
        { title: t("value.what"), render: (_, one) => words.reason(one.reason) },
        { title: t("value.source"), render: (_, one) => words.source(one.source) },
        { title: t("value.amount"), align: "right", render: (_, one) => <Count value={one.amount} /> },
        { title: t("value.left"), align: "right", render: (_, one) => <Count value={one.remaining} /> },
        { title: t("value.from"), render: (_, one) => <When at={one.available_from} precision="day" /> },
        { title: t("value.expires"), render: (_, one) => (one.expires_at ? <When at={one.expires_at} precision="day" /> : t("form.never")) },
      ]}
    />
  );
}

function Holds({ holds }: { holds: readonly Hold[] }) {
  const { t } = useTranslation("members");
  const words = usePostingWords();
  return (
    <Table<Hold>
      aria-label={t("value.holdsLabel")}
      size="small"
      rowKey="id"
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={[...holds]}
      columns={[
        { title: t("value.when"), render: (_, one) => <When at={one.held_at} /> },
        { title: t("value.what"), render: (_, one) => words.reason(one.reason) },
        { title: t("value.source"), render: (_, one) => words.source(one.source) },
        { title: t("value.amount"), align: "right", render: (_, one) => <Count value={one.amount} /> },
        { title: t("value.state"), render: (_, one) => words.holdState(one.state) },
        { title: t("value.until"), render: (_, one) => <When at={one.until} /> },
      ]}
    />
  );
}
