import "@xyflow/react/dist/style.css";

import { Background, Controls, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from "@xyflow/react";
import { useIdentifierName } from "@siyu/kit";
import { Tag, theme, Typography } from "antd";
import { useMemo, type CSSProperties } from "react";
import { useTranslation } from "react-i18next";

import { drawn, placed } from "./layout";
import { keyOf, useEvidenceWords, type Evidence, type Known, type Located } from "./links";
import { useLines } from "./lines";

interface Props {
  identifiers: readonly Known[];
  elsewhere: readonly Located[];
  edges: readonly Evidence[];
  label: string;
  onOpen: (edge: Evidence) => void;
}

type IdentifierNode = Node<{ known: Known | undefined; id: number; foreign: boolean; customer: number | undefined }, "identifier">;

/** The identity graph drawn: identifiers as nodes, evidence as lines. */
export function GraphCanvas({ identifiers, elsewhere, edges, label, onOpen }: Props) {
  const { token } = theme.useToken();
  const lines = useLines();
  const { called } = useEvidenceWords();
  const { t } = useTranslation("review");
  const { nodes, shown } = useMemo(() => nodesOf(identifiers, elsewhere, edges), [identifiers, elsewhere, edges]);
  const known = new Map([...identifiers, ...elsewhere].map((one) => [one.id, one]));
  const column = new Map(nodes.map((node) => [node.id, node.position.x]));
  const drawnEdges: Edge[] = shown.map((edge) => {
    const line = lines[edge.state];
    const [from, to] = [column.get(String(edge.stronger)) ?? 0, column.get(String(edge.weaker)) ?? 0];
    return {
      id: keyOf(edge),
      source: String(edge.stronger),
      target: String(edge.weaker),
      sourceHandle: from < to ? "right" : "left",
      targetHandle: from <= to ? "left-in" : "right-in",
      // Two in one column are tied by a line around their left side.
      ...(from === to && { type: "smoothstep", pathOptions: { offset: 16 + (edge.weaker % 4) * 9, borderRadius: 12 } }),
      style: line.style,
      label: line.label,
      labelStyle: { fill: token.colorText, fontSize: 12 },
      labelBgStyle: { fill: token.colorBgContainer },
      interactionWidth: 24,
      ariaLabel: t("evidence.open", {
        one: called(edge.stronger, known.get(edge.stronger)),
        other: called(edge.weaker, known.get(edge.weaker)),
      }),
    };
  });
  const byKey = new Map(shown.map((edge) => [keyOf(edge), edge]));
  return (
    <div role="group" aria-label={label} style={{ height: 560, border: `1px solid ${token.colorBorderSecondary}`, borderRadius: token.borderRadius, background: token.colorBgContainer }}>
      <ReactFlow
        nodes={nodes}
        edges={drawnEdges}
        nodeTypes={TYPES}
        nodesConnectable={false}
        nodesFocusable={false}
        nodesDraggable={false}
        edgesFocusable={false} // the table says the same by keyboard
        elementsSelectable={false}
        deleteKeyCode={null}
        fitView
        fitViewOptions={{ padding: 0.1, maxZoom: 1 }}
        minZoom={0.2}
        onEdgeClick={(_, edge) => {
          const found = byKey.get(edge.id);
          if (found) onOpen(found);
        }}
        proOptions={{ hideAttribution: true }}
        style={
          {
            background: token.colorBgContainer,
            "--xy-controls-button-background-color": token.colorBgElevated,
            "--xy-controls-button-background-color-hover": token.colorFillSecondary,
            "--xy-controls-button-color": token.colorText,
            "--xy-controls-button-color-hover": token.colorText,
            "--xy-controls-button-border-color": token.colorBorder,
          } as CSSProperties
        }
      >
        <Background color={token.colorBorder} gap={24} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function nodesOf(identifiers: readonly Known[], elsewhere: readonly Located[], edges: readonly Evidence[]): { nodes: IdentifierNode[]; shown: Evidence[] } {
  const own = drawn(identifiers, edges);
  const ids = new Set(own.map((one) => one.id));
  const all = new Set(identifiers.map((one) => one.id));
  const shown = edges.filter((edge) => [edge.stronger, edge.weaker].every((id) => ids.has(id) || !all.has(id)));
  const strangers = [...new Set(shown.flatMap((edge) => [edge.stronger, edge.weaker]).filter((id) => !all.has(id)))];
  const foreign = new Map(elsewhere.map((one) => [one.id, one]));
  const known = new Map(own.map((one) => [one.id, one]));
  const nodes = placed(own, strangers, shown).map((place): IdentifierNode => {
    const other = foreign.get(place.id);
    return {
      id: String(place.id),
      type: "identifier",
      position: { x: place.x, y: place.y },
      data: { id: place.id, known: known.get(place.id) ?? other, foreign: !known.has(place.id), customer: other?.customer_id },
    };
  });
  return { nodes, shown };
}

function Identifying({ data }: NodeProps<IdentifierNode>) {
  const { t } = useTranslation("review");
  const { token } = theme.useToken();
  const type = useIdentifierName();
  const shared = data.known?.state === "shared";
  const whose = data.customer === undefined ? t("graph.elsewhere") : t("graph.elsewhereOf", { id: String(data.customer) });
  return (
    <div
      style={{
        width: 220,
        padding: "6px 10px",
        background: token.colorBgElevated,
        border: `1px ${data.foreign || shared ? "dashed" : "solid"} ${token.colorTextTertiary}`,
        borderRadius: token.borderRadius,
      }}
    >
      <Handle type="source" id="right" position={Position.Right} style={HIDDEN} />
      <Handle type="target" id="right-in" position={Position.Right} style={HIDDEN} />
      <Handle type="source" id="left" position={Position.Left} style={HIDDEN} />
      <Handle type="target" id="left-in" position={Position.Left} style={HIDDEN} />
      <div style={{ display: "flex", justifyContent: "space-between", gap: 4 }}>
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {data.known ? type(data.known.type) : t("graph.elsewhereId", { id: String(data.id) })}
        </Typography.Text>
        {shared && <Tag style={{ margin: 0, fontSize: 11, lineHeight: "18px" }}>{t("identifierState.shared")}</Tag>}
      </div>
      <div style={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }} title={data.known?.value}>
        {data.known ? data.known.value : whose}
      </div>
      {data.foreign && data.known && <Typography.Text type="secondary" style={{ fontSize: 12 }}>{whose}</Typography.Text>}
    </div>
  );
}

const HIDDEN = { opacity: 0, pointerEvents: "none" } as const;
const TYPES = { identifier: Identifying };
