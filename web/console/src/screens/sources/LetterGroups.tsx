import { answered, api, type Schema } from "@siyu/api";
import { Confirm, Count, useLanguage, When } from "@siyu/kit";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Card, Flex, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { useMay } from "../../app/session";
import { useSourceName } from "../customers/names";

type Group = Schema<"LetterGroup">;
const WORDS = { maxWidth: 360, overflowWrap: "anywhere" } as const;
type Kind = Omit<Schema<"OfAKind">, "how">;

/** The open letters by what they died of, and what becomes of all of a kind, however many. */
export function LetterGroups({ source }: { source?: number }) {
  const { t } = useTranslation("sources");
  const language = useLanguage();
  const may = useMay();
  const names = useSourceName();
  const [search] = useSearchParams();
  const query = useQuery({
    queryKey: ["sources", "letters", "groups", source],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/dead-letters/groups", { signal, params: { query: { source_id: source } } })),
    refetchInterval: 10_000,
  });
  const groups = query.data ?? [];
  if (groups.length === 0) return null;
  const only = (row: Group): string => {
    const next = new URLSearchParams(search);
    for (const name of ["l_state", "l_cursor"]) next.delete(name);
    next.set("l_code", row.code);
    if (source === undefined) next.set("l_source", String(row.source_id));
    return `?${next.toString()}`;
  };
  const all = groups.reduce((sum, row) => sum + row.letters, 0);
  const manage = may("intake.manage");
  return (
    <Card size="small" title={t("letters.groups")} extra={manage && <Settle kind={{ source_id: source }} count={all} />}>
      <Table<Group>
        size="small"
        aria-label={t("letters.groups")}
        dataSource={groups}
        rowKey={(row) => `${row.source_id} ${row.code}`}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: "max-content" }}
        columns={[
          { key: "reason", title: t("letters.newest"), render: (_, row) => <div style={WORDS}><Link to={only(row)}>{language === "zh" ? row.reason_zh : row.reason}</Link></div> },
          { key: "code", title: t("letters.code"), render: (_, row) => <Typography.Text code>{row.code}</Typography.Text> },
          ...(source === undefined ? [{ key: "source", title: t("letters.source"), render: (_: unknown, row: Group) => names(row.source_id) }] : []),
          { key: "letters", title: t("letters.count"), align: "right", render: (_, row) => <Count value={row.letters} /> },
          { key: "last", title: t("letters.last"), render: (_, row) => <When at={row.last_died_at} ago /> },
          ...(manage ? [{ key: "do", title: t("letters.acts"), render: (_: unknown, row: Group) => <Settle kind={row} count={row.letters} small /> }] : []),
        ]}
      />
    </Card>
  );
}

/** All of a kind: put back into the queue, or given up. */
function Settle({ kind, count, small = false }: { kind: Kind; count: number; small?: boolean }) {
  const { t } = useTranslation("sources");
  const { message } = App.useApp();
  const client = useQueryClient();
  const settle = async (how: "replayed" | "discarded"): Promise<void> => {
    const asked = await answered(api.POST("/api/v1/dead-letters/settle", { body: { how, source_id: kind.source_id, code: kind.code } }));
    void message.success(t(`letters.asked.${how}`, { count: asked.letters }));
    await client.invalidateQueries({ queryKey: ["sources", "letters"] });
  };
  const size = small ? "small" : "middle";
  return (
    <Flex gap="small">
      <Confirm size={size} label={t(small ? "letters.replayKind" : "letters.replayAll")} title={t("letters.replayAllAsk", { count })} onConfirm={() => settle("replayed")}>
        {t("letters.replayWhat")} {t("letters.allWhat")}
      </Confirm>
      <Confirm size={size} danger label={t(small ? "letters.discardKind" : "letters.discardAll")} title={t("letters.discardAsk", { count })} onConfirm={() => settle("discarded")}>
        {t("letters.discardWhat")} {t("letters.allWhat")}
      </Confirm>
    </Flex>
  );
}
