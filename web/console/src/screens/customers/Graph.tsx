import { DetailDrawer, Loaded, useInAddress } from "@siyu/kit";
import { Alert, Flex, Segmented, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { EvidenceDetails } from "./EvidenceDetails";
import { GraphCanvas } from "./GraphCanvas";
import { EdgeTable, History, IdentifierTable } from "./GraphTables";
import { MOST } from "./layout";
import { useLines } from "./lines";
import { elsewhereOf, keyOf } from "./links";
import { useCustomerId, useGraph } from "./person";

const STATES = ["merged", "same", "confirmed", "demoted", "review", "rejected"] as const;

/** Why identifiers are one person: drawn, and as tables that say the same. */
export function Graph() {
  const { t } = useTranslation("review");
  const query = useGraph(useCustomerId());
  const [view, setView] = useInAddress("view");
  const [edgeKey, setEdge] = useInAddress("edge");
  const asTable = view === "table";
  return (
    <Loaded query={query}>
      {(graph) => {
        const elsewhere = elsewhereOf(graph);
        const known = new Map([...graph.identifiers, ...elsewhere].map((one) => [one.id, one]));
        const edge = graph.edges.find((one) => keyOf(one) === edgeKey);
        const label = t("graph.label", { identifiers: String(graph.identifiers.length), edges: String(graph.edges.length) });
        return (
          <Flex vertical gap="middle">
            <Flex justify="space-between" align="center" gap="small" wrap>
              <Typography.Text type="secondary">{graph.edges.length ? t("graph.what") : t("graph.alone")}</Typography.Text>
              <Segmented
                aria-label={t("graph.view")}
                value={asTable ? "table" : "graph"}
                options={[
                  { value: "graph", label: t("graph.asGraph") },
                  { value: "table", label: t("graph.asTable") },
                ]}
                onChange={(value) => setView(value === "table" ? value : null, true)}
              />
            </Flex>
            {asTable ? (
              <>
                <IdentifierTable identifiers={graph.identifiers} />
                <EdgeTable edges={graph.edges} known={known} onOpen={(one) => setEdge(keyOf(one))} />
              </>
            ) : (
              <>
                {graph.identifiers.length > MOST && (
                  <Alert type="info" showIcon title={t("graph.many", { shown: String(MOST), all: String(graph.identifiers.length) })} />
                )}
                <GraphCanvas identifiers={graph.identifiers} elsewhere={elsewhere} edges={graph.edges} label={label} onOpen={(one) => setEdge(keyOf(one))} />
                <Legend />
              </>
            )}
            <History entries={graph.history} />
            <DetailDrawer open={edge !== undefined} title={t("evidence.title")} width={520} onClose={() => setEdge(null)}>
              {edge && <EvidenceDetails edge={edge} known={known} history={graph.history} />}
            </DetailDrawer>
          </Flex>
        );
      }}
    </Loaded>
  );
}

function Legend() {
  const { t } = useTranslation("review");
  const lines = useLines();
  return (
    <Flex gap="middle" wrap component="ul" aria-label={t("graph.legend")} style={{ listStyle: "none", padding: 0, margin: 0 }}>
      {STATES.map((state) => (
        <Flex key={state} gap={6} align="center" component="li">
          <svg width={44} height={10} aria-hidden>
            <line x1={0} y1={5} x2={44} y2={5} style={lines[state].style} />
          </svg>
          <span>{t(`state.${state}`)}</span>
        </Flex>
      ))}
    </Flex>
  );
}
