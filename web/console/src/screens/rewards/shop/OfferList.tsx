import { PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Count, DataTable, Empty, Money, Page, When, type Column, type Filter } from "@siyu/kit";
import { Button, Flex, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useMay } from "../../../app/session";
import { Standing } from "../parts/Standing";
import { REWARDS, TEMPLATE_STATES, useNameOf, type Offer } from "../rewards";
import { useOfferWords } from "./words";

/** Everything that members may have for points, with what is left of it. */
export function OfferList() {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const navigate = useNavigate();
  const words = useOfferWords();
  const template = useNameOf("template");
  const columns: Column<Offer>[] = [
    { key: "name", title: t("offer.name"), render: (row) => row.terms.name },
    {
      key: "gives",
      title: t("offer.gives"),
      render: ({ terms }) => (
        <Flex gap={4} align="center">
          {terms.coupon_id ? <Link to={`/members/coupons/${terms.coupon_id}`}>{template(terms.coupon_id)}</Link> : t("offer.thing")}
          {terms.seckill && <Tag color="error">{t("offer.seckill")}</Tag>}
        </Flex>
      ),
    },
    { key: "price", title: t("offer.price"), render: (row) => words.price(row.terms) },
    { key: "state", title: t("column.state"), render: (row) => <Standing state={row.state} /> },
    { key: "left", title: t("offer.left"), align: "right", render: (row) => <Count value={row.left} /> },
    { key: "taken", title: t("offer.taken"), align: "right", render: (row) => <Link to={`/members/redemptions?offer=${row.id}`}><Count value={row.taken} /></Link> },
    { key: "limits", title: t("offer.limits"), render: (row) => <div style={{ maxWidth: 220, whiteSpace: "normal" }}>{words.limits(row.terms)}</div> },
    { key: "window", title: t("offer.window"), optional: true, render: (row) => words.window(row.terms) },
    { key: "cost", title: t("offer.cost"), align: "right", optional: true, render: (row) => <Money fen={row.terms.cost_fen} /> },
    { key: "created", title: t("column.created"), optional: true, render: (row) => <When at={row.created_at} /> },
  ];
  const filters: Filter[] = [{ kind: "choice", key: "state", label: t("column.state"), choices: TEMPLATE_STATES.map((value) => ({ value, label: t(`state.${value}`) })) }];
  const make = may("rewards.manage") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate("/members/shop/new")}>
      {t("offer.new")}
    </Button>
  );
  return (
    <Page title={t("offer.title")} what={t("offer.what")} actions={make}>
      <DataTable<Offer>
        name="rewards.offers"
        title={t("offer.title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={[...REWARDS, "offers", "table"]}
        href={(row) => `/members/shop/${row.id}`}
        refresh={15_000}
        empty={<Empty title={t("offer.none")} />}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const most = Math.min(limit, 200);
          const query = { state: TEMPLATE_STATES.find((one) => one === wanted["state"]), before: Number(cursor) || undefined, limit: most };
          const rows = await answered(api.GET("/api/v1/rewards/offers", { signal, params: { query } }));
          return { rows, next: rows.length === most ? String(rows.at(-1)?.id) : null };
        }}
      />
    </Page>
  );
}
