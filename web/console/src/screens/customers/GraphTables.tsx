import type { Schema } from "@siyu/api";
import { Identifier, Opener, useIdentifierName, When } from "@siyu/kit";
import { Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { keyOf, useEvidenceWords, type Evidence, type Known } from "./links";

function Heading({ children }: { children: string }) {
  return (
    <Typography.Title level={2} style={{ fontSize: 15, margin: "8px 0" }}>
      {children}
    </Typography.Title>
  );
}

export function IdentifierTable({ identifiers }: { identifiers: readonly Known[] }) {
  const { t } = useTranslation("review");
  const words = useEvidenceWords();
  return (
    <section>
      <Heading>{t("graph.identifiers")}</Heading>
      <Table<Known>
        aria-label={t("graph.identifiers")}
        size="small"
        pagination={identifiers.length > 50 && { pageSize: 50 }}
        scroll={{ x: "max-content" }}
        rowKey="id"
        dataSource={[...identifiers]}
        columns={[
          { key: "value", title: t("graph.value"), render: (_, one) => <Identifier type={one.type} value={one.value} scope={one.scope} copyable={false} /> },
          { key: "state", title: t("evidence.state"), render: (_, one) => <Tag>{words.identifierState(one.state)}</Tag> },
          { key: "first", title: t("graph.seen"), render: (_, one) => <When at={one.first_seen} /> },
          { key: "last", title: t("graph.last"), render: (_, one) => <When at={one.last_seen} /> },
        ]}
      />
    </section>
  );
}

interface EdgeProps {
  edges: readonly Evidence[];
  known: ReadonlyMap<number, Known>;
  onOpen: (edge: Evidence) => void;
}

export function EdgeTable({ edges, known, onOpen }: EdgeProps) {
  const { t } = useTranslation("review");
  const type = useIdentifierName();
  const words = useEvidenceWords();
  const called = (id: number): string => {
    const one = known.get(id);
    return one ? `${type(one.type)} ${one.value}` : words.called(id, undefined);
  };
  return (
    <section>
      <Heading>{t("graph.edges")}</Heading>
      <Table<Evidence>
        aria-label={t("graph.edges")}
        size="small"
        pagination={edges.length > 50 && { pageSize: 50 }}
        scroll={{ x: "max-content" }}
        rowKey={keyOf}
        dataSource={[...edges]}
        columns={[
          {
            key: "between",
            title: t("evidence.title"),
            render: (_, edge) => {
              const text = t("evidence.between", { one: called(edge.stronger), other: called(edge.weaker) });
              return (
                <Opener size="small" onClick={() => onOpen(edge)}>
                  {text}
                </Opener>
              );
            },
          },
          { key: "state", title: t("evidence.state"), render: (_, edge) => <Tag>{t(`state.${edge.state}`)}</Tag> },
          { key: "strength", title: t("evidence.strength"), render: (_, edge) => words.strength(edge.strength) },
          { key: "why", title: t("evidence.why"), render: (_, edge) => words.why(edge.reason) },
          { key: "last", title: t("evidence.last"), render: (_, edge) => <When at={edge.last_seen} /> },
          { key: "times", title: t("evidence.times"), align: "right", render: (_, edge) => edge.times },
        ]}
      />
    </section>
  );
}

/** What was done to whom, newest first. */
export function History({ entries }: { entries: readonly Schema<"LedgerEntry">[] }) {
  const { t } = useTranslation("review");
  const words = useEvidenceWords();
  const newest = [...entries].sort((a, b) => b.seq - a.seq);
  return (
    <section>
      <Heading>{t("graph.history")}</Heading>
      {newest.length === 0 ? (
        <Typography.Text type="secondary">{t("graph.noHistory")}</Typography.Text>
      ) : (
        <ol style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {newest.map((entry) => (
            <li key={`${entry.seq}-${entry.op}-${entry.other_id}`} style={{ padding: "3px 0" }}>
              <When at={entry.at} /> · {words.op(entry.op, entry.other_id)} ·{" "}
              <Typography.Text type="secondary">
                {entry.actor === "siyu" ? t("actor.siyu") : entry.actor}
                {entry.reason && ` · ${entry.actor === "siyu" ? words.why(entry.reason) : entry.reason}`}
              </Typography.Text>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
