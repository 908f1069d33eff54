import { PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { DataTable, Empty, Page, useInAddress, When, type Column, type Filter } from "@siyu/kit";
import { Button, Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import { beginningOf, CONTENT, isBaited, kindsOf, type ScriptRow } from "../content";
import { Exclusions } from "./Exclusions";
import { KindTags } from "./Kinds";

type Row = ScriptRow & { id: number };

/** What is said: each script with its newest version. */
export function ScriptList() {
  const { t } = useTranslation("content");
  const may = useMay();
  const [exclusions, showExclusions] = useInAddress("exclusions");
  const columns: Column<Row>[] = [
    { key: "name", title: t("column.name"), render: (row) => row.script.name },
    { key: "says", title: t("column.says"), render: (row) => <Typography.Paragraph ellipsis={{ rows: 2 }} style={{ margin: 0, width: 340 }}>{beginningOf(row.newest.body) || "—"}</Typography.Paragraph> },
    { key: "structure", title: t("column.structure"), render: (row) => <Structure row={row} /> },
    { key: "kinds", title: t("column.kinds"), render: (row) => <KindTags kinds={kindsOf(row.newest.body)} /> },
    { key: "version", title: t("column.version"), align: "right", render: (row) => row.script.newest },
    { key: "at", title: t("column.updated"), render: (row) => <When at={row.newest.at} ago /> },
  ];
  const filters: Filter[] = [
    { kind: "text", key: "words", label: t("scripts.search"), width: 240 },
    { kind: "choice", key: "archived", label: t("column.state"), choices: [{ value: "1", label: t("archived.is") }] },
  ];
  const actions = (
    <>
      <Button onClick={() => showExclusions("1")}>{t("exclusions.title")}</Button>
      {may("content.manage") && (
        <Link to="/content/scripts/new">
          <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
            {t("scripts.new")}
          </Button>
        </Link>
      )}
    </>
  );
  return (
    <Page title={t("scripts.title")} what={t("scripts.what")}>
      <DataTable<Row>
        name="scripts"
        title={t("scripts.title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={[...CONTENT, "scripts", "table"]}
        href={(row) => `/content/scripts/${row.id}`}
        actions={actions}
        empty={<Empty title={t("scripts.none")}>{may("content.manage") && <Link to="/content/scripts/new">{t("scripts.first")}</Link>}</Empty>}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const query = { words: wanted["words"] ?? "", archived: wanted["archived"] === "1", below: cursor ? Number(cursor) : undefined, limit };
          const rows = await answered(api.GET("/api/v1/content/scripts", { signal, params: { query } }));
          return { rows: rows.map((row) => ({ ...row, id: row.script.id })), next: rows.length === limit ? String(rows.at(-1)?.script.id) : null };
        }}
      />
      <Exclusions open={exclusions !== null} onClose={() => showExclusions(null)} />
    </Page>
  );
}

function Structure({ row }: { row: Row }) {
  const { t } = useTranslation("content");
  const { body } = row.newest;
  if (!isBaited(body)) return <Tag>{t("structure.plain")}</Tag>;
  const parts = [t("part.bait_a"), ...(body.bait_b ? [t("part.bait_b")] : []), t("part.hook")];
  return (
    <Flex gap={4} wrap>
      {parts.map((part) => (
        <Tag key={part} style={{ margin: 0 }}>
          {part}
        </Tag>
      ))}
    </Flex>
  );
}
