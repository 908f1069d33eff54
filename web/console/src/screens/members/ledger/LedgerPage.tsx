import { answered, api, type Schema } from "@siyu/api";
import { Count, Empty, Loaded, Page, useInAddress, When } from "@siyu/kit";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Card, Descriptions, Flex, Input, Segmented, Select, Table, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useMay } from "../../../app/session";
import { Heading } from "../rules/Versioned";
import { useUnitName, useUnits } from "../units";
import { LedgerAlarm } from "./LedgerAlarm";
import { Runs } from "./Runs";

type Standing = Schema<"Standing">;

/** The ledger as a whole: a way to anybody's accounts, what was issued and where it went, budgets and stocks, how far it is sealed. */
export function LedgerPage() {
  const { t } = useTranslation("members");
  const may = useMay();
  return (
    <Page title={t("ledger.title")} what={t("ledger.what")}>
      <Flex vertical gap="middle">
        <LedgerAlarm />
        {may("customers.read") && <Find />}
        <Totals />
        <ThingsCard />
        <Seal />
        <Runs />
      </Flex>
    </Page>
  );
}

function Find() {
  const { t } = useTranslation("members");
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const number = /^[1-9]\d{0,9}$/.test(typed.trim()); // longer ones are phone numbers
  const go = (): void => {
    if (number) void navigate(`/customers/${typed.trim()}/value`);
    else if (typed.trim()) void navigate(`/customers?q=${encodeURIComponent(typed.trim())}`);
  };
  return (
    <Card size="small" title={<Heading>{t("ledger.find")}</Heading>}>
      <Input.Search aria-label={t("ledger.find")} placeholder={t("ledger.findHint")} enterButton={t("ledger.go")} value={typed} onChange={(event) => setTyped(event.target.value)} onSearch={go} style={{ maxWidth: 480 }} />
      <div style={{ marginTop: 8 }}>
        <Link to="/customers">{t("ledger.toCustomers")}</Link>
      </div>
    </Card>
  );
}

function Totals() {
  const { t } = useTranslation("members");
  const unitName = useUnitName();
  const units = useUnits().data ?? [];
  const [asked, ask] = useInAddress("unit");
  const unit = asked ?? "points";
  const query = useQuery({ queryKey: ["members", "totals", unit], queryFn: ({ signal }) => answered(api.GET("/api/v1/ledger/totals/{unit}", { signal, params: { path: { unit } } })) });
  return (
    <Card size="small" title={<Heading>{t("ledger.totals")}</Heading>} extra={<Select<string> aria-label={t("form.unit")} value={unit} onChange={(next) => ask(next)} options={units.map((one) => ({ value: one.code, label: unitName(one.code) }))} style={{ minWidth: 140 }} />}>
      <Loaded query={query}>
        {(found) => (
          <Table<Standing>
            aria-label={t("ledger.totals")}
            size="small"
            rowKey="kind"
            pagination={false}
            dataSource={found}
            columns={[
              { title: t("ledger.account"), render: (_, one) => t(`ledger.kind.${one.kind}` as never) },
              { title: t("ledger.meaning"), render: (_, one) => t(`ledger.means.${one.kind}` as never) },
              { title: t("value.balance"), align: "right", render: (_, one) => <Count value={one.balance} /> },
            ]}
            summary={() => (
              <Table.Summary.Row>
                <Table.Summary.Cell index={0}>{t("ledger.rest")}</Table.Summary.Cell>
                <Table.Summary.Cell index={1}>{t("ledger.restWhat")}</Table.Summary.Cell>
                <Table.Summary.Cell index={2} align="right">
                  <Count value={-found.reduce((sum, one) => sum + one.balance, 0) || 0} />
                </Table.Summary.Cell>
              </Table.Summary.Row>
            )}
          />
        )}
      </Loaded>
    </Card>
  );
}

function ThingsCard() {
  const { t } = useTranslation("members");
  const unitName = useUnitName();
  const [kind, choose] = useState<"stock" | "budget">("stock");
  const query = useInfiniteQuery({
    queryKey: ["members", "things", kind],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => answered(api.GET("/api/v1/ledger/things/{kind}", { signal, params: { path: { kind }, query: { cursor: pageParam, limit: 20 } } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  return (
    <Card size="small" title={<Heading>{t("ledger.things")}</Heading>} extra={<Segmented<"stock" | "budget"> aria-label={t("ledger.things")} value={kind} onChange={choose} options={(["stock", "budget"] as const).map((value) => ({ value, label: t(`ledger.kind.${value}`) }))} />}>
      <Loaded query={query}>
        {({ pages }) => {
          const accounts = pages.flatMap((page) => page.accounts);
          if (accounts.length === 0) return <Empty title={t("ledger.noThings")} />;
          return (
            <Flex vertical gap="small">
              <Table<Standing>
                aria-label={t("ledger.things")}
                size="small"
                rowKey={(one) => `${one.owner} ${one.unit}`}
                pagination={false}
                dataSource={accounts}
                columns={[
                  { title: t("ledger.thing"), render: (_, one) => `#${one.owner}` },
                  { title: t("value.unit"), render: (_, one) => unitName(one.unit) },
                  { title: t("ledger.left"), align: "right", render: (_, one) => <Count value={one.balance} /> },
                ]}
              />
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

function Seal() {
  const { t } = useTranslation("members");
  const query = useQuery({ queryKey: ["members", "sealed"], refetchInterval: 30_000, queryFn: ({ signal }) => answered(api.GET("/api/v1/ledger/sealed", { signal })) });
  return (
    <Card size="small" title={<Heading>{t("ledger.sealed")}</Heading>}>
      <Loaded query={query}>
        {(found) =>
          found.block === 0 ? (
            <Empty title={t("ledger.noBlock")} />
          ) : (
            <Descriptions
              size="small"
              column={1}
              items={[
                { key: "block", label: t("ledger.block"), children: <Count value={found.block} /> },
                { key: "at", label: t("ledger.sealedAt"), children: <When at={found.at} /> },
                { key: "hash", label: t("ledger.hash"), children: <Typography.Text code copyable={{ text: `${found.block}:${found.hash}` }} style={{ overflowWrap: "anywhere" }}>{found.hash}</Typography.Text> },
                { key: "waiting", label: t("ledger.waiting"), children: <Count value={found.waiting} /> },
              ]}
            />
          )
        }
      </Loaded>
      <Typography.Paragraph type="secondary" style={{ margin: "8px 0 0" }}>
        {t("ledger.verify")} <Typography.Text code>siyu ledger verify</Typography.Text>
      </Typography.Paragraph>
    </Card>
  );
}
