import { Identifier, When } from "@siyu/kit";
import { Descriptions, Flex, Tag, Typography } from "antd";
import type { Schema } from "@siyu/api";
import { useTranslation } from "react-i18next";

import { History } from "./GraphTables";
import { useEvidenceWords, type Evidence, type Known } from "./links";
import { useSourceName } from "./names";

interface Props {
  edge: Evidence;
  known: ReadonlyMap<number, Known>;
  history?: readonly Schema<"LedgerEntry">[];
}

/** Everything about one piece of evidence: who said it, when, how surely, and what became of it. */
export function EvidenceDetails({ edge, known, history = [] }: Props) {
  const { t } = useTranslation("review");
  const words = useEvidenceWords();
  const source = useSourceName();
  const mine = history.filter((entry) => entry.stronger === edge.stronger && entry.weaker === edge.weaker);
  const items = [
    { key: "from", label: t("evidence.from"), children: <Side id={edge.stronger} known={known.get(edge.stronger)} /> },
    { key: "to", label: t("evidence.to"), children: <Side id={edge.weaker} known={known.get(edge.weaker)} /> },
    { key: "strength", label: t("evidence.strength"), children: words.strength(edge.strength) },
    { key: "why", label: t("evidence.why"), children: words.why(edge.reason) },
    { key: "who", label: t("evidence.who"), children: edge.source_id ? source(edge.source_id) : t("evidence.operator") },
    { key: "message", label: t("evidence.message"), children: edge.message_id ? <Typography.Text copyable>{edge.message_id}</Typography.Text> : "—" },
    { key: "first", label: t("evidence.first"), children: <When at={edge.first_seen} /> },
    { key: "last", label: t("evidence.last"), children: <When at={edge.last_seen} /> },
    { key: "times", label: t("evidence.times"), children: t("evidence.timesOf", { count: edge.times }) },
  ];
  return (
    <Flex vertical gap="middle">
      <Flex gap="small" align="center" wrap>
        <Tag>{t(`state.${edge.state}`)}</Tag>
        <Typography.Text>{t(`stateWhat.${edge.state}`)}</Typography.Text>
      </Flex>
      <Descriptions size="small" bordered column={1} items={items} />
      {mine.length > 0 && <History entries={mine} />}
    </Flex>
  );
}

function Side({ id, known }: { id: number; known: Known | undefined }) {
  const { t } = useTranslation("review");
  if (!known) return `${t("graph.elsewhere")} (${t("graph.elsewhereId", { id: String(id) })})`;
  return <Identifier type={known.type} value={known.value} scope={known.scope} copyable={false} />;
}
