import { answered, api } from "@siyu/api";
import { DataTable, Empty, Page, useFormat, useNow, When, type Column, type Filter } from "@siyu/kit";
import { Button, Flex, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { DRAWS, nameOf, standingOf, useDrawRules, type Round, type Standing } from "./draws";

const COLOURS: Partial<Record<Standing, string>> = { open: "success", before: "processing", closed: "warning" };

export function RoundStanding({ round }: { round: Round }) {
  const { t } = useTranslation("draws");
  const now = useNow();
  const standing = standingOf(round, now);
  return (
    <Tag color={COLOURS[standing]} style={{ margin: 0 }}>
      {t(`standing.${standing}`)}
    </Tag>
  );
}

/** Everything that was published to be drawn for, newest first. */
export function RoundList() {
  const { t } = useTranslation("draws");
  const { when } = useFormat();
  const navigate = useNavigate();
  const rules = useDrawRules().data?.rules;
  const named = [...(rules?.pools ?? []), ...(rules?.free_orders ?? [])];
  const columns: Column<Round>[] = [
    { key: "name", title: t("round.name"), render: (row) => nameOf(row) },
    { key: "kind", title: t("round.kind"), render: (row) => <Tag>{t(`kind.${row.kind}`)}</Tag> },
    { key: "standing", title: t("round.standing"), render: (row) => <RoundStanding round={row} /> },
    { key: "window", title: t("round.window"), render: (row) => `${when(row.opens_at)} – ${when(row.closes_at)}` },
    { key: "prizes", title: t("round.prizes"), align: "right", render: (row) => (row.kind === "pool" ? row.odds.length : "—") },
    { key: "published", title: t("round.published"), render: (row) => <When at={row.published_at} /> },
    { key: "warned", title: t("round.confirmed"), optional: true, render: (row) => <Flex gap={4}>{row.confirmed.map((code) => <Tag key={code} color="warning">{t(`warning.${code as "prize_value"}`, { defaultValue: code })}</Tag>)}</Flex> },
    { key: "ended", title: t("round.ended"), optional: true, render: (row) => <When at={row.ended_at} /> },
  ];
  const filters: Filter[] = [
    { kind: "choice", key: "code", label: t("round.name"), choices: named.map((one) => ({ value: one.code, label: one.name })) },
    { kind: "choice", key: "open", label: t("round.standing"), choices: [{ value: "1", label: t("standing.open") }] },
  ];
  return (
    <Page title={t("title")} what={t("what")} actions={<Button onClick={() => void navigate("/members/draws/rules")}>{t("rules.title")}</Button>}>
      <DataTable<Round>
        name="draws.rounds"
        title={t("title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={[...DRAWS, "rounds", "table"]}
        href={(row) => `/members/draws/${row.id}`}
        empty={<Empty title={t("none")} />}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const most = Math.min(limit, 200);
          const query = { code: wanted["code"], open: wanted["open"] === "1", before: Number(cursor) || undefined, limit: most };
          const rows = await answered(api.GET("/api/v1/draws/rounds", { signal, params: { query } }));
          return { rows, next: rows.length === most ? String(rows.at(-1)?.id) : null };
        }}
      />
    </Page>
  );
}
