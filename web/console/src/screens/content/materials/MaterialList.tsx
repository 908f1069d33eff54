import { PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { DataTable, Empty, Page, When, type Column, type Filter } from "@siyu/kit";
import { Button, Dropdown, Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useMay } from "../../../app/session";
import { CONTENT, MATERIAL_KINDS, type Material } from "../content";
import { Thumb } from "../parts/Thumb";

/** Everything that can be shown: texts, pictures, links, cards, videos, files. */
export function MaterialList() {
  const { t } = useTranslation("content");
  const may = useMay();
  const columns: Column<Material>[] = [
    {
      key: "name",
      title: t("column.name"),
      render: (row) => (
        <Flex gap="small" align="center">
          <Thumb material={row} />
          {row.name}
        </Flex>
      ),
    },
    { key: "kind", title: t("column.kind"), render: (row) => <Tag>{t(`kind.${row.kind}`)}</Tag> },
    { key: "says", title: t("column.says"), render: (row) => <Typography.Paragraph ellipsis={{ rows: 2 }} style={{ margin: 0, width: 360 }}>{saysOf(row) || "—"}</Typography.Paragraph> },
    { key: "updated_at", title: t("column.updated"), render: (row) => <When at={row.updated_at} ago /> },
    { key: "created_at", title: t("column.created"), optional: true, render: (row) => <When at={row.created_at} /> },
  ];
  const filters: Filter[] = [
    { kind: "text", key: "words", label: t("materials.search"), width: 240 },
    { kind: "choice", key: "kind", label: t("column.kind"), choices: MATERIAL_KINDS.map((value) => ({ value, label: t(`kind.${value}`) })) },
    { kind: "choice", key: "archived", label: t("column.state"), choices: [{ value: "1", label: t("archived.is") }] },
  ];
  return (
    <Page title={t("materials.title")} what={t("materials.what")}>
      <DataTable<Material>
        name="materials"
        title={t("materials.title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={[...CONTENT, "materials", "table"]}
        href={(row) => `/content/materials/${row.id}`}
        actions={may("content.manage") && <New />}
        empty={<Empty title={t("materials.none")}>{may("content.manage") && <Link to="/content/materials/new">{t("materials.first")}</Link>}</Empty>}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const kind = MATERIAL_KINDS.find((one) => one === wanted["kind"]);
          const query = { words: wanted["words"] ?? "", kind, archived: wanted["archived"] === "1", below: cursor ? Number(cursor) : undefined, limit };
          const rows = await answered(api.GET("/api/v1/content/materials", { signal, params: { query } }));
          return { rows, next: rows.length === limit ? String(rows.at(-1)?.id) : null };
        }}
      />
    </Page>
  );
}

function New() {
  const { t } = useTranslation("content");
  const navigate = useNavigate();
  return (
    <Dropdown trigger={["click"]} menu={{ items: MATERIAL_KINDS.map((key) => ({ key, label: t(`kind.${key}`) })), onClick: ({ key }) => void navigate(`/content/materials/new?kind=${key}`) }}>
      <Button type="primary" icon={<PlusOutlined />} aria-haspopup="menu">
        {t("materials.new")}
      </Button>
    </Dropdown>
  );
}

function saysOf({ text, fields }: Material): string {
  return text || [fields["title"], fields["desc"], fields["url"] ?? fields["page"]].filter(Boolean).join(" · ");
}
