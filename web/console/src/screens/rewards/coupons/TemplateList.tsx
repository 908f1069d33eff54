import { PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Count, DataTable, Empty, Money, Page, When, type Column, type Filter } from "@siyu/kit";
import { Button, Flex, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../../app/session";
import { Standing } from "../parts/Standing";
import { REWARDS, TEMPLATE_STATES, type Template } from "../rewards";
import { useCouponWords } from "./words";

/** Every template of coupons, with what became of its coupons. */
export function TemplateList() {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const navigate = useNavigate();
  const words = useCouponWords();
  const columns: Column<Template>[] = [
    { key: "name", title: t("coupon.name"), render: (row) => row.terms.name },
    { key: "does", title: t("coupon.does"), render: (row) => <div style={{ maxWidth: 260, whiteSpace: "normal" }}>{words.does(row.terms)}</div> },
    { key: "lasts", title: t("coupon.lasts"), optional: true, render: (row) => words.lasts(row.terms) },
    { key: "code", title: t("coupon.codes"), optional: true, render: (row) => row.terms.shared_code ? <Tag>{row.terms.shared_code}</Tag> : t(row.terms.bearer ? "coupon.bearer" : "coupon.ownCode") },
    { key: "state", title: t("column.state"), render: (row) => <Standing state={row.state} /> },
    { key: "left", title: t("figure.left"), align: "right", render: (row) => <Count value={row.left} /> },
    { key: "issued", title: t("figure.issued"), align: "right", render: (row) => <Count value={row.issued} /> },
    { key: "used", title: t("figure.used"), align: "right", render: (row) => <Count value={row.used} /> },
    { key: "expired", title: t("figure.expired"), align: "right", render: (row) => <Count value={row.expired} /> },
    { key: "returned", title: t("figure.returned"), align: "right", render: (row) => <Count value={row.returned} /> },
    { key: "used_fen", title: t("figure.usedFen"), align: "right", render: (row) => <Money fen={row.used_fen} /> },
    { key: "created", title: t("column.created"), optional: true, render: (row) => <When at={row.created_at} /> },
  ];
  const filters: Filter[] = [{ kind: "choice", key: "state", label: t("column.state"), choices: TEMPLATE_STATES.map((value) => ({ value, label: t(`state.${value}`) })) }];
  const actions = (
    <Flex gap="small" wrap>
      <Button onClick={() => void navigate("/members/coupons/desk")}>{t("desk.title")}</Button>
      {may("rewards.manage") && (
        <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate("/members/coupons/new")}>
          {t("coupon.new")}
        </Button>
      )}
    </Flex>
  );
  return (
    <Page title={t("coupon.title")} what={t("coupon.what")} actions={actions}>
      <DataTable<Template>
        name="rewards.templates"
        title={t("coupon.title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={[...REWARDS, "templates", "table"]}
        href={(row) => `/members/coupons/${row.id}`}
        empty={<Empty title={t("coupon.none")} />}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const most = Math.min(limit, 200);
          const query = { state: TEMPLATE_STATES.find((one) => one === wanted["state"]), before: Number(cursor) || undefined, limit: most };
          const rows = await answered(api.GET("/api/v1/rewards/coupons", { signal, params: { query } }));
          return { rows, next: rows.length === most ? String(rows.at(-1)?.id) : null };
        }}
      />
    </Page>
  );
}
