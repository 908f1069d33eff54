import { EditOutlined, PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { DetailDrawer, Empty, Loaded, Money, Page, useFormat, useInAddress } from "@siyu/kit";
import { Button, Flex, Table, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { Back } from "../../rewards/parts/Back";
import { Part } from "../../rewards/parts/Part";
import { useAgain, useDrawRules, type FreeOrders, type Pool, type Rebate, type Rules } from "../draws";
import { FreeOrdersForm, newFreeOrders, newRebate, RebateForm } from "./OrdersForm";
import { LimitsForm } from "./LimitsForm";
import { newPool, PoolForm } from "./PoolForm";
import { Publish } from "./Publish";

export type Said = Required<Rules["rules"]>;
export type Keep = (part: Partial<Said>, reason: string) => Promise<void>;
type Sort = "pools" | "free_orders" | "rebates" | "limits";

/** Everything that is drawn for: written here, published as a round. */
export function RulesPage() {
  const { t } = useTranslation("draws");
  const query = useDrawRules();
  return (
    <Page title={t("rules.title")} what={t("rules.what")} above={<Back to="/members/draws">{t("title")}</Back>}>
      <Loaded query={query}>{(rules) => <Written key={rules.version} read={rules} />}</Loaded>
    </Page>
  );
}

function Written({ read }: { read: Rules }) {
  const { t } = useTranslation("draws");
  const { when } = useFormat();
  const may = useMay();
  const [open, show] = useInAddress("edit");
  const rules: Said = { pools: [], free_orders: [], rebates: [], limits: { prize_fen: 5_000_000, notice_hours: 0 }, ...read.rules };
  const manage = may("draws.manage");
  const window = (one: { opens_at: string; closes_at: string }): ReactNode => (
    <div style={{ width: 150, whiteSpace: "normal" }}>
      {when(one.opens_at)} – {when(one.closes_at)}
    </div>
  );
  const add = (sort: Sort): ReactNode =>
    manage && (
      <Button size="small" icon={<PlusOutlined />} onClick={() => show(`${sort}:`)}>
        {t("rules.add")}
      </Button>
    );
  const act = (sort: Sort, code: string, publish: boolean): ReactNode =>
    manage ? (
      <Flex gap="small">
        <Button size="small" icon={<EditOutlined />} onClick={() => show(`${sort}:${code}`)}>
          {t("rules.edit")}
        </Button>
        {publish && <Publish code={code} version={read.version} />}
      </Flex>
    ) : (
      "—"
    );
  return (
    <Flex vertical gap="middle">
      <Part title={t("rules.pools")} extra={add("pools")}>
        <Table<Pool>
          aria-label={t("rules.pools")}
          size="small"
          rowKey="code"
          scroll={{ x: "max-content" }}
          pagination={false}
          dataSource={rules.pools}
          locale={{ emptyText: <Empty title={t("rules.noPools")} /> }}
          columns={[
            { key: "name", title: t("round.name"), render: (_, row) => row.name },
            { key: "window", title: t("round.window"), render: (_, row) => window(row) },
            { key: "prizes", title: t("round.prizes"), align: "right", render: (_, row) => row.prizes.length },
            { key: "budget", title: t("round.budget"), align: "right", render: (_, row) => <Money fen={row.budget_fen} /> },
            { key: "act", title: t("rules.act"), render: (_, row) => act("pools", row.code, true) },
          ]}
        />
      </Part>
      <Part title={t("rules.freeOrders")} extra={add("free_orders")}>
        <Table<FreeOrders>
          aria-label={t("rules.freeOrders")}
          size="small"
          rowKey="code"
          scroll={{ x: "max-content" }}
          pagination={false}
          dataSource={rules.free_orders}
          locale={{ emptyText: <Empty title={t("rules.noFreeOrders")} /> }}
          columns={[
            { key: "name", title: t("round.name"), render: (_, row) => row.name },
            { key: "window", title: t("rules.orderWindow"), render: (_, row) => window(row) },
            { key: "at", title: t("round.drawsAt"), render: (_, row) => when(row.draws_at) },
            { key: "winners", title: t("round.winners"), align: "right", render: (_, row) => row.winners },
            { key: "act", title: t("rules.act"), render: (_, row) => act("free_orders", row.code, true) },
          ]}
        />
      </Part>
      <Part title={t("rules.rebates")} extra={add("rebates")}>
        <Table<Rebate>
          aria-label={t("rules.rebates")}
          size="small"
          rowKey="code"
          scroll={{ x: "max-content" }}
          pagination={false}
          dataSource={rules.rebates}
          locale={{ emptyText: <Empty title={t("rules.noRebates")} /> }}
          columns={[
            { key: "name", title: t("round.name"), render: (_, row) => row.name },
            { key: "window", title: t("rules.orderWindow"), render: (_, row) => window(row) },
            { key: "steps", title: t("rebate.steps"), render: (_, row) => <Steps rebate={row} /> },
            { key: "act", title: t("rules.act"), render: (_, row) => act("rebates", row.code, false) },
          ]}
        />
      </Part>
      <Part
        title={t("limits.title")}
        extra={
          manage && (
            <Button size="small" icon={<EditOutlined />} onClick={() => show("limits:")}>
              {t("rules.edit")}
            </Button>
          )
        }
      >
        <Flex vertical>
          <span>
            {t("limits.prize")} <Money fen={rules.limits.prize_fen} />
          </span>
          <span>{t("limits.notice", { count: rules.limits.notice_hours })}</span>
          <Typography.Text type="secondary">{t("limits.what")}</Typography.Text>
        </Flex>
      </Part>
      <DetailDrawer open={manage && open !== null} title={t("rules.editTitle")} width={860} onClose={() => show(null)}>
        {open && <Editing key={open} open={open} read={read} rules={rules} onDone={() => show(null)} />}
      </DetailDrawer>
    </Flex>
  );
}

function Steps({ rebate }: { rebate: Rebate }) {
  const { t } = useTranslation("draws");
  const { money, count } = useFormat();
  return rebate.steps.map((one) => t("rebate.step", { money: money(one.at_least_fen), amount: count(one.amount) })).join(t("and"));
}

/** One of the rules in its form; what is kept are all of them, with a reason. */
function Editing({ open, read, rules, onDone }: { open: string; read: Rules; rules: Said; onDone: () => void }) {
  const { t } = useTranslation("draws");
  const again = useAgain();
  const [sort, code = ""] = open.split(":");
  const keep: Keep = async (part, reason) => {
    await answered(api.PUT("/api/v1/draws/rules", { body: { version: read.version, rules: { ...rules, ...part }, reason } }));
    await again();
    onDone();
  };
  const put = <One extends { code: string }>(all: readonly One[], one: One): One[] => (code ? all.map((each) => (each.code === code ? one : each)) : [...all, one]);
  const without = <One extends { code: string }>(all: readonly One[]): One[] => all.filter((each) => each.code !== code);
  const found = <One extends { code: string }>(all: readonly One[], otherwise: () => One): One => all.find((each) => each.code === code) ?? otherwise();
  if (sort === "pools") return <PoolForm given={found(rules.pools, newPool)} fresh={!code} onSave={(one, reason) => keep({ pools: put(rules.pools, one) }, reason)} onRemove={(reason) => keep({ pools: without(rules.pools) }, reason)} />;
  if (sort === "free_orders") return <FreeOrdersForm given={found(rules.free_orders, newFreeOrders)} fresh={!code} onSave={(one, reason) => keep({ free_orders: put(rules.free_orders, one) }, reason)} onRemove={(reason) => keep({ free_orders: without(rules.free_orders) }, reason)} />;
  if (sort === "rebates") return <RebateForm given={found(rules.rebates, newRebate)} fresh={!code} onSave={(one, reason) => keep({ rebates: put(rules.rebates, one) }, reason)} onRemove={(reason) => keep({ rebates: without(rules.rebates) }, reason)} />;
  if (sort === "limits") return <LimitsForm given={rules.limits} onSave={(limits, reason) => keep({ limits }, reason)} />;
  return <Empty title={t("rules.none")} />;
}
