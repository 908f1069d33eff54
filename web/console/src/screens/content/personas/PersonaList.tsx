import { PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Count, DataTable, Empty, Page, When, type Column, type Filter } from "@siyu/kit";
import { Button, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import { holds, paged } from "../../channels/staff/listing";
import { CONTENT, type Persona } from "../content";
import { Adjusts } from "./Adjusts";

/** The faces under which staff speak. */
export function PersonaList() {
  const { t } = useTranslation("content");
  const may = useMay();
  const columns: Column<Persona>[] = [
    { key: "name", title: t("column.name"), render: (row) => row.name },
    { key: "tone", title: t("persona.tone"), render: (row) => <Typography.Paragraph ellipsis={{ rows: 2 }} style={{ margin: 0, width: 360 }}>{row.character.tone || "—"}</Typography.Paragraph> },
    { key: "faces", title: t("persona.faces"), align: "right", render: (row) => <Count value={row.character.faces.length} /> },
    { key: "adjusting", title: t("persona.adjusting"), render: (row) => <Adjusts character={row.character} /> },
    { key: "updated_at", title: t("column.updated"), render: (row) => <When at={row.updated_at} ago /> },
  ];
  const filters: Filter[] = [
    { kind: "text", key: "words", label: t("personas.search"), width: 240 },
    { kind: "choice", key: "archived", label: t("column.state"), choices: [{ value: "1", label: t("archived.is") }] },
  ];
  return (
    <Page title={t("personas.title")} what={t("personas.what")}>
      <DataTable<Persona>
        name="personas"
        title={t("personas.title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={[...CONTENT, "personas", "table"]}
        href={(row) => `/content/personas/${row.id}`}
        actions={
          may("content.manage") && (
            <Link to="/content/personas/new">
              <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
                {t("personas.new")}
              </Button>
            </Link>
          )
        }
        empty={<Empty title={t("personas.none")}>{may("content.manage") && <Link to="/content/personas/new">{t("personas.first")}</Link>}</Empty>}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const all = await answered(api.GET("/api/v1/content/personas", { signal, params: { query: { archived: wanted["archived"] === "1" } } }));
          return paged(all.filter((row) => holds([row.name, row.character.tone], wanted["words"])), cursor, limit);
        }}
      />
    </Page>
  );
}
