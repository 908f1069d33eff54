import "@xyflow/react/dist/style.css";

import { Background, BaseEdge, Controls, EdgeLabelRenderer, ReactFlow, type Edge, type EdgeProps, type Node, type NodeProps } from "@xyflow/react";
import { theme } from "antd";
import { useMemo, useRef, type CSSProperties, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Definition, Problem, StepKind } from "../journey";
import { useSentences } from "../sentences";
import { ENTRY } from "./graph";
import { InsertButton } from "./InsertButton";
import { HEIGHT, layout, WIDTH, type Drawn, type Point } from "./layout";
import { StepCard } from "./StepCard";

interface Props {
  definition: Definition;
  /** At which steps something is wrong. */
  problems?: readonly Problem[];
  /** What stands below a step's words: figures. */
  below?: (step: string) => ReactNode;
  selected?: string | null;
  /** A step, or the entry, was chosen. */
  onOpen?: (step: string) => void;
  /** Steps can be put between others. */
  onInsert?: (from: string, way: string, kind: StepKind) => void;
  height?: number | string;
}

type StepNode = Node<{ card: ReactNode }, "step">;
type WayEdge = Edge<{ way: Drawn; label: string; insert: ReactNode; top: Point; end: Point }, "way">;

/** A journey drawn from the top: what each step does, and where it leads. */
export function Canvas({ definition, problems = [], below, selected, onOpen, onInsert, height = 620 }: Props) {
  const { t } = useTranslation("journeys");
  const { token } = theme.useToken();
  const say = useSentences();
  const place = useRef<HTMLDivElement>(null);
  const { steps, start } = definition;
  const placed = useMemo(() => layout({ steps, start }), [steps, start]);
  const nodes: StepNode[] = [...placed.places].map(([name, position]) => {
    const step = steps[name];
    const own = problems.filter((one) => (name === ENTRY ? one.step === "" : one.step === name));
    return {
      id: name,
      type: "step",
      position,
      width: WIDTH,
      height: HEIGHT,
      data: {
        card: (
          <StepCard
            kind={step?.kind ?? "entry"}
            name={step ? name : ""}
            says={step ? say.step(step) : say.trigger(definition.trigger)}
            problems={own}
            below={below?.(name)}
            selected={selected === name}
            onOpen={onOpen && (() => onOpen(name))}
          />
        ),
      },
    };
  });
  const edges: WayEdge[] = placed.ways.map((way) => {
    const label = say.way(steps[way.from], way.way);
    const from = placed.places.get(way.from) ?? { x: 0, y: 0 };
    const to = placed.places.get(way.to) ?? { x: 0, y: 0 };
    const called = way.from === ENTRY ? t("canvas.entry") : way.from;
    return {
      id: `${way.from}\u0000${way.way}`,
      type: "way",
      source: way.from,
      target: way.to,
      focusable: false,
      data: {
        way,
        label,
        top: { x: from.x + WIDTH / 2, y: from.y + HEIGHT },
        end: { x: to.x + WIDTH / 2, y: to.y },
        insert: onInsert && (
          <InsertButton label={label ? t("canvas.insertWay", { from: called, way: label }) : t("canvas.insert", { from: called })} onChoose={(kind) => onInsert(way.from, way.way, kind)} />
        ),
      },
    };
  });
  return (
    <div
      ref={place}
      role="group"
      aria-label={t("canvas.label", { name: definition.name, count: Object.keys(steps).length })}
      style={{ height, border: `1px solid ${token.colorBorderSecondary}`, borderRadius: token.borderRadius, background: token.colorBgLayout, overflow: "hidden" }}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODES}
        edgeTypes={EDGES}
        nodesConnectable={false}
        nodesDraggable={false}
        nodesFocusable={false} // the button inside of each is
        edgesFocusable={false}
        elementsSelectable={false}
        deleteKeyCode={null}
        panOnScroll
        onInit={(flow) => void flow.setViewport(beginning(place.current?.clientWidth ?? 0, placed.width))}
        fitViewOptions={{ padding: 0.06, maxZoom: 1 }}
        minZoom={0.15}
        maxZoom={1.5}
        proOptions={{ hideAttribution: true }}
        style={
          {
            background: token.colorBgLayout,
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

function Stepping({ data }: NodeProps<StepNode>) {
  return data.card;
}

function WayLine({ data }: EdgeProps<WayEdge>) {
  const { token } = theme.useToken();
  if (!data) return null;
  const { way, top, end, label, insert } = data;
  const path = way.back ? around(top, end) : downwards([top, ...way.through.flatMap(laneEnds), end]);
  const near = way.through[0] ? { x: way.through[0].x, y: way.through[0].y } : way.back ? { x: top.x + 20, y: top.y + 26 } : { x: end.x, y: end.y };
  // Beside where the ways of a branch have parted, above where they meet again.
  const at = { x: top.x + (near.x - top.x) * (way.through.length || way.back ? 0.86 : 0.5), y: top.y + (way.back ? 26 : 30) };
  return (
    <>
      <BaseEdge path={path} style={{ stroke: token.colorTextTertiary, strokeWidth: 1.5, ...(way.way === "dropped" && { strokeDasharray: "5 4" }) }} />
      <EdgeLabelRenderer>
        <div
          className="nodrag nopan"
          style={{ position: "absolute", transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)`, display: "flex", alignItems: "center", gap: 4, pointerEvents: "all" }}
        >
          {label && (
            <span
              title={label}
              style={{ maxWidth: 150, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", fontSize: 12, padding: "0 6px", borderRadius: 4, background: token.colorBgElevated, border: `1px solid ${token.colorBorderSecondary}`, color: token.colorText }}
            >
              {label}
            </span>
          )}
          {insert}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}

/** A lane is passed straight down, beside the steps of its row. */
function laneEnds(lane: Point): Point[] {
  return [lane, { x: lane.x, y: lane.y + HEIGHT }];
}

/** A smooth line through these, each time leaving and arriving straight down. */
function downwards([first, ...rest]: Point[]): string {
  if (!first) return "";
  let [path, from] = [`M ${first.x} ${first.y}`, first];
  for (const to of rest) {
    const middle = (from.y + to.y) / 2;
    path += from.x === to.x ? ` L ${to.x} ${to.y}` : ` C ${from.x} ${middle}, ${to.x} ${middle}, ${to.x} ${to.y}`;
    from = to;
  }
  return path;
}

/** Back up, around the right of both. */
function around(from: Point, to: Point): string {
  const right = Math.max(from.x, to.x) + WIDTH / 2 + 24;
  return `M ${from.x} ${from.y} C ${from.x} ${from.y + 40}, ${right} ${from.y + 40}, ${right} ${from.y} L ${right} ${to.y} C ${right} ${to.y - 40}, ${to.x} ${to.y - 40}, ${to.x} ${to.y}`;
}

/** The top of a journey in the middle of a window, as large as it can be read. */
export function beginning(window: number, width: number): { x: number; y: number; zoom: number } {
  const zoom = Math.min(1, Math.max(0.7, (window - 32) / width));
  return { x: (window - width * zoom) / 2 + (WIDTH / 2) * zoom, y: 20, zoom };
}

const NODES = { step: Stepping };
const EDGES = { way: WayLine };
