import { answered, api, type Schema } from "@siyu/api";
import { Count, DataTable, Empty, Money, Page, useBrand, When, type Column } from "@siyu/kit";
import { Button, Flex, Tag, Typography } from "antd";
import { useState, type Key } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useLadder } from "../../app/ladder";
import { useMay } from "../../app/session";
import { SaveFilters } from "../segments/SaveFilters";
import { Exports } from "./Exports";
import { queryOf } from "./listing";
import { useCalled, useNames } from "./names";
import { useListFilters } from "./useListFilters";

type Row = Schema<"CustomerRow">;

/** Everybody the brand knows. */
export function CustomerList() {
  const { t } = useTranslation("customers");
  const { zone } = useBrand();
  const layers = useLadder().map((rung) => rung.layer);
  const may = useMay();
  const navigate = useNavigate();
  const columns = useColumns();
  const { filters, toggle } = useListFilters();
  const [estimated, setEstimated] = useState(false);
  const [selected, setSelected] = useState<Key[]>([]);
  const [one, other] = selected;
  const actions = (
    <>
      {may("identity.manage") && selected.length === 2 && (
        <Button type="primary" onClick={() => void navigate(`/customers/${String(one)}/merge?with=${String(other)}`)}>
          {t("list.merge")}
        </Button>
      )}
      {toggle}
      <SaveFilters filters={filters} />
      <Exports filters={filters} />
    </>
  );
  const empty = (
    <Empty title={t("list.empty")}>
      <Typography.Paragraph type="secondary">{t("list.emptyWhat")}</Typography.Paragraph>
      {may("imports.run") && <Link to="/imports">{t("list.toImports")}</Link>}
    </Empty>
  );
  return (
    <Page title={t("title")} what={estimated ? `${t("list.what")} ${t("list.estimated")}` : t("list.what")}>
      <DataTable<Row>
        name="customers"
        title={t("title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.customer_id}
        queryKey={["customers", "list", layers]}
        href={(row) => `/customers/${row.customer_id}`}
        actions={actions}
        empty={empty}
        selection={may("identity.manage") ? { selected, onChange: setSelected } : undefined}
        load={async (list, signal) => {
          const page = await answered(api.GET("/api/v1/customers", { signal, params: { query: queryOf(list, zone, layers) } }));
          setEstimated(!page.total_exact);
          return { rows: page.customers, next: page.next, total: page.total };
        }}
      />
    </Page>
  );
}

function useColumns(): Column<Row>[] {
  const { t } = useTranslation("customers");
  const names = useNames();
  const called = useCalled();
  return [
    { key: "name", title: t("column.name"), render: (row) => called(row.personal, row.known_since !== null) },
    { key: "phone", title: t("column.phone"), render: (row) => row.personal["phone"] ?? "—" },
    { key: "layer", title: t("column.layer"), render: (row) => <Tag>{names.layer(row.layer)}</Tag> },
    { key: "value", title: t("column.value"), align: "right", sortable: true, render: (row) => <Money fen={row.net_fen} /> },
    { key: "orders", title: t("column.orders"), align: "right", sortable: true, render: (row) => <Count value={row.orders} /> },
    { key: "last_order", title: t("column.lastOrder"), sortable: true, render: (row) => <When at={row.last_order_at} precision="day" /> },
    { key: "last_seen", title: t("column.lastSeen"), sortable: true, render: (row) => <When at={row.last_seen_at} ago /> },
    { key: "tags", title: t("column.tags"), render: (row) => <Some of={row.tags} /> },
    { key: "relations", title: t("column.relations"), optional: true, render: (row) => <Some of={row.relations.map(names.relation)} /> },
    { key: "platforms", title: t("column.platforms"), optional: true, render: (row) => row.platforms.map(names.platform).join("、") || "—" },
    { key: "first_order", title: t("column.firstOrder"), optional: true, render: (row) => <When at={row.first_order_at} precision="day" /> },
    { key: "first_seen", title: t("column.firstSeen"), optional: true, sortable: true, render: (row) => <When at={row.first_seen_at} precision="day" /> },
    { key: "known", title: t("column.known"), optional: true, render: (row) => <When at={row.known_since} precision="day" /> },
    { key: "number", title: t("column.number"), optional: true, align: "right", render: (row) => row.customer_id },
  ];
}

const SHOWN = 3;

/** The first few of many. */
function Some({ of }: { of: readonly string[] }) {
  if (of.length === 0) return "—";
  return (
    <Flex gap={4}>
      {of.slice(0, SHOWN).map((text) => (
        <Tag key={text} style={{ marginInlineEnd: 0 }}>
          {text}
        </Tag>
      ))}
      {of.length > SHOWN && <Typography.Text type="secondary">+{of.length - SHOWN}</Typography.Text>}
    </Flex>
  );
}
