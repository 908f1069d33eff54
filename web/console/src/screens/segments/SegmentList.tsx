import { PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Count, DataTable, Empty, Page, When, type Column, type Filter } from "@siyu/kit";
import { Button, Flex, Tag, Typography } from "antd";
import { useState, type Key } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useMay } from "../../app/session";
import { holds, ordered, paged } from "../channels/staff/listing";
import { LiveTag } from "./LiveTag";
import { useSentence, useUses, waits, type Segment } from "./segment";
import { MOST_SETS } from "./sets/regions";

/** All segments: who they are in words, how many, and what builds on them. */
export function SegmentList() {
  const { t } = useTranslation("segments");
  const may = useMay();
  const navigate = useNavigate();
  const sentence = useSentence();
  const uses = useUses();
  const [selected, select] = useState<Key[]>([]);
  const columns: Column<Segment>[] = [
    { key: "name", title: t("column.name"), sortable: true, render: (row) => row.name },
    { key: "people", title: t("column.people"), align: "right", sortable: true, render: (row) => (row.people === null ? <Typography.Text type="secondary">{t("waiting")}</Typography.Text> : <Count value={row.people} />) },
    {
      key: "sentence",
      title: t("column.sentence"),
      render: (row) => (
        <Typography.Paragraph ellipsis={{ rows: 2, tooltip: sentence(row) }} style={{ margin: 0, width: 380 }}>
          {sentence(row)}
        </Typography.Paragraph>
      ),
    },
    { key: "live", title: t("column.live"), render: (row) => <LiveTag live={row.live} /> },
    { key: "evaluated_at", title: t("column.evaluated"), sortable: true, render: (row) => (waits(row) ? <Tag>{t("waiting")}</Tag> : <When at={row.evaluated_at} ago />) },
    { key: "uses", title: t("column.uses"), render: (row) => <Used by={uses.data?.get(row.id) ?? []} /> },
    { key: "changed_at", title: t("column.changed"), optional: true, sortable: true, render: (row) => <When at={row.changed_at} /> },
    { key: "took_ms", title: t("column.took"), optional: true, align: "right", sortable: true, render: (row) => (row.took_ms === null ? "—" : t("ms", { ms: String(row.took_ms) })) },
  ];
  const filters: Filter[] = [
    { kind: "text", key: "words", label: t("list.search"), width: 260 },
    { kind: "choice", key: "live", label: t("column.live"), choices: (["live", "nightly"] as const).map((value) => ({ value, label: t(`live.${value}`) })) },
  ];
  const actions = (
    <>
      {selected.length >= 2 && (
        <Button disabled={selected.length > MOST_SETS} onClick={() => void navigate(`/segments/sets?of=${selected.join(",")}`)}>
          {t("list.combine", { count: selected.length })}
        </Button>
      )}
      {may("segments.manage") && (
        <Link to="/segments/new">
          <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
            {t("list.new")}
          </Button>
        </Link>
      )}
    </>
  );
  return (
    <Page title={t("title")} what={t("list.what")}>
      <DataTable<Segment>
        name="segments"
        title={t("title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={["segments", "table"]}
        href={(row) => `/segments/${row.id}`}
        actions={actions}
        refresh={15_000}
        selection={{ selected, onChange: select }}
        empty={<Empty title={t("list.empty")}>{may("segments.manage") && <Link to="/segments/new">{t("list.first")}</Link>}</Empty>}
        load={async ({ filters: wanted, sort, cursor, limit }, signal) => {
          const all = await answered(api.GET("/api/v1/segments", { signal }));
          const fit = all.filter((row) => holds([row.name, row.note, row.sentence_zh, row.sentence_en], wanted["words"]) && (!wanted["live"] || row.live === (wanted["live"] === "live")));
          return paged(ordered(fit, sort, (row, key) => row[key as "people"]), cursor, limit);
        }}
      />
    </Page>
  );
}

function Used({ by }: { by: readonly string[] }) {
  if (by.length === 0) return "—";
  return (
    <Flex gap={4} wrap style={{ maxWidth: 240 }}>
      {by.map((name) => (
        <Tag key={name} style={{ margin: 0 }}>
          {name}
        </Tag>
      ))}
    </Flex>
  );
}
