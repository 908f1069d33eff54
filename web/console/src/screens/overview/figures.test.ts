import { describe, expect, it } from "vitest";

import { change, delta, isRate, knownOn, said } from "./figures";
import { flowsUp, readFlow, sankeyOf, writeFlow } from "./flows";
import { added, lines, type LiveFact } from "./live";

describe("a figure", () => {
  it("is a share where it is a part of something", () => {
    expect(said(3, 12)).toBe(0.25);
    expect(said(3, null)).toBe(3);
    expect(said(0, 0)).toBeNull();
    expect(said(null, 5)).toBeNull();
  });

  it("is a rate only when it counts people", () => {
    expect(isRate({ unit: "customers", of: 4 })).toBe(true);
    expect(isRate({ unit: "fen", of: 4 })).toBe(false);
  });
});

describe("customers by channels", () => {
  it("have no gap", () => {
    expect(knownOn({ 3: 5, 1: 7 })).toEqual([
      { channels: 0, customers: 0 },
      { channels: 1, customers: 7 },
      { channels: 2, customers: 0 },
      { channels: 3, customers: 5 },
    ]);
    expect(knownOn({})).toEqual([]);
  });
});

describe("a change", () => {
  it("is a share of what was before, of its size where that is negative", () => {
    expect(change(120, 100)).toBeCloseTo(0.2);
    expect(change(-50, -100)).toBeCloseTo(0.5);
  });

  it("is not there where there was nothing", () => {
    expect(delta(5, 0, "")).toBeNull();
    expect(delta(5, null, "")).toBeNull();
  });
});

describe("flows", () => {
  const flows = [
    { before: 0, after: 1, customers: 30 },
    { before: 1, after: 2, customers: 5 },
    { before: 3, after: 0, customers: 2 },
  ] as const;

  it("go from the left, as it was, to the right, as it is, so that none runs in circles", () => {
    const { nodes, links } = sankeyOf(flows);
    expect(nodes).toEqual(["b0", "b1", "b3", "a0", "a1", "a2"]);
    expect(links).toContainEqual({ source: "b3", target: "a0", value: 2 });
  });

  it("are counted up and down", () => expect(flowsUp(flows)).toEqual({ up: 35, down: 2 }));
});

describe("live activity", () => {
  const fact = (fact_id: number): LiveFact => ({ fact_id, kind: "order.paid", name: "", customer_id: 1, amount_fen: null, occurred_at: "2026-01-01T00:00:00Z", source_id: 1 });

  it("has the newest first, each once, not more than fit", () => {
    let shown: LiveFact[] = [];
    for (let id = 1; id <= lines + 5; id += 1) shown = added(shown, [fact(id)]);
    shown = added(shown, [fact(lines + 5)]);
    expect(shown).toHaveLength(lines);
    expect(shown[0]?.fact_id).toBe(lines + 5);
  });
});

describe("a flow in the address", () => {
  it("comes back as it was", () => expect(readFlow(writeFlow({ before: 0, after: 2 }))).toEqual({ before: 0, after: 2 }));
  it.each([null, "", "flow", "flow1", "flow-1-2", "layer2"])("%s is none", (text) => expect(readFlow(text)).toBeNull());
});
