import type { Schema } from "@siyu/api";

type Flow = Schema<"Flow">;

export interface Sankey {
  /** `b2` stood on layer 2 before, `a2` stands there after. */
  nodes: string[];
  links: { source: string; target: string; value: number }[];
}

/** Flows as a sankey: the layers twice, before and after, so that up and down are both ways from left to right. */
export function sankeyOf(flows: readonly Flow[]): Sankey {
  const some = flows.filter((flow) => flow.customers > 0);
  const layers = (of: (flow: Flow) => number): number[] => [...new Set(some.map(of))].sort((one, other) => one - other);
  return {
    nodes: [...layers((flow) => flow.before).map((layer) => `b${layer}`), ...layers((flow) => flow.after).map((layer) => `a${layer}`)],
    links: some.map((flow) => ({ source: `b${flow.before}`, target: `a${flow.after}`, value: flow.customers })),
  };
}

/** How many rose and how many fell. */
export function flowsUp(flows: readonly Flow[]): { up: number; down: number } {
  const sum = (some: readonly Flow[]): number => some.reduce((total, flow) => total + flow.customers, 0);
  return { up: sum(flows.filter((flow) => flow.after > flow.before)), down: sum(flows.filter((flow) => flow.after < flow.before)) };
}

/** A flow in the address: `flow0-2`. */
export function writeFlow({ before, after }: Pick<Flow, "before" | "after">): string {
  return `flow${before}-${after}`;
}

export function readFlow(text: string | null): { before: number; after: number } | null {
  const found = /^flow(\d+)-(\d+)$/.exec(text ?? "");
  return found ? { before: Number(found[1]), after: Number(found[2]) } : null;
}
