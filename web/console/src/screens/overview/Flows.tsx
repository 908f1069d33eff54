import type { Schema } from "@siyu/api";
import { ChartFrame, Empty, useFormat, type ChartColumn } from "@siyu/kit";
import { theme, Typography } from "antd";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useAddress } from "../insight/people/address";
import { flowsUp, sankeyOf, writeFlow } from "./flows";
import { useLayerName, type Layer } from "./Ladder";

type Flow = Schema<"Flow">;

/** Who moved from layer to layer: left where they stood, right where they stand. */
export function Flows({ flows, layers, days }: { flows: readonly Flow[]; layers: readonly Layer[]; days: number }) {
  const { t } = useTranslation("overview");
  const format = useFormat();
  const { token } = theme.useToken();
  const layerName = useLayerName();
  const { change, href } = useAddress();
  const name = useCallback(
    (of: number): string => {
      const layer = layers.find((one) => one.layer === of);
      return layer ? layerName(layer) : String(of);
    },
    [layers, layerName],
  );
  const { up, down } = flowsUp(flows);
  const option = useMemo(() => {
    const { nodes, links } = sankeyOf(flows);
    const said = (node: string): string => `${name(Number(node.slice(1)))}${node.startsWith("b") ? "" : " "}`;
    return {
      tooltip: {
        trigger: "item",
        formatter: ({ data, name: node, value }: { data: { source?: string; target?: string }; name: string; value: number }) =>
          data.source && data.target ? `${said(data.source)} → ${said(data.target)}: <b>${format.count(value)}</b>` : `${said(node)}: <b>${format.count(value)}</b>`,
      },
      series: [
        {
          type: "sankey",
          left: 8,
          right: 160, // the longest name of a layer and its number
          top: 12,
          bottom: 12,
          nodeGap: 14,
          draggable: false,
          layoutIterations: 0,
          emphasis: { focus: "adjacency" },
          lineStyle: { color: "gradient", opacity: 0.35 },
          label: { color: token.colorText, formatter: ({ name: node, value }: { name: string; value: number }) => `${said(node)} ${format.count(value)}` },
          data: nodes.map((node) => ({ name: node, depth: node.startsWith("b") ? 0 : 1 })),
          links,
        },
      ],
    };
  }, [flows, token.colorText, name, format]);
  const columns: ChartColumn<Flow>[] = [
    { title: t("flows.before", { days: String(days) }), value: (flow) => name(flow.before) },
    { title: t("flows.after"), value: (flow) => name(flow.after) },
    { title: t("ladder.customers"), value: (flow) => flow.customers, shown: (flow) => <Link to={href({ people: writeFlow(flow) })}>{format.count(flow.customers)}</Link> },
  ];
  return (
    <ChartFrame
      title={t("flows.title", { days: String(days) })}
      what={t("flows.what", { days: String(days) })}
      option={option}
      rows={flows}
      columns={columns}
      file="ladder-flows"
      height={300}
      onSelect={({ data }) => {
        const { source, target } = (data ?? {}) as { source?: string; target?: string };
        const flow = flows.find((one) => source === `b${one.before}` && target === `a${one.after}`);
        if (flow) change({ people: writeFlow(flow) });
      }}
      empty={<Empty title={t("flows.none")} />}
      actions={
        <Typography.Text type="secondary" style={{ alignSelf: "center" }}>
          {t("flows.sum", { up: format.count(up), down: format.count(down) })}
        </Typography.Text>
      }
    />
  );
}
