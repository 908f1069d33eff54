import { describe, expect, it } from "vitest";

import { comparisonsFor, isWhole, moved, readDefinition, USUAL, usual, valueOf, writeDefinition, type Definition, type Field, type Kind } from "./definition";

const rich: Definition = {
  steps: [
    { kind: "event.tracked", name: "Product Viewed", where: [{ property: "sku", comparison: "in", value: ["A", "B"] }] },
    { kind: "order.paid", name: null, where: [{ property: "amount_fen", comparison: "gt", value: 10_000 }] },
  ],
  window: { amount: 12, unit: "hour" },
  strict: true,
  by: "platform",
};

const field = (type: string): Field => ({ name: "x", type, meaning: "", declared: true });

describe("a funnel in the address", () => {
  it.each([USUAL, rich])("comes back as it was", (definition) => {
    expect(readDefinition(writeDefinition(definition))).toEqual(definition);
  });

  it.each([null, "", "{}", "no", '{"s":[],"w":"x"}', '{"s":3,"w":"1d"}'])("%s is none", (text) => {
    expect(readDefinition(text)).toBeNull();
  });
});

describe("a funnel to be counted", () => {
  it("needs two steps and a value in every condition", () => {
    expect(isWhole(rich)).toBe(true);
    expect(isWhole({ ...rich, steps: rich.steps.slice(0, 1) })).toBe(false);
    expect(isWhole({ ...rich, steps: [...rich.steps, { kind: "order.paid", name: null, where: [{ property: "shop", comparison: "eq", value: "" }] }] })).toBe(false);
  });
});

describe("values", () => {
  it("are what the field is", () => {
    expect(valueOf("12", field("integer"))).toBe(12);
    expect(valueOf("12", field("string"))).toBe("12");
    expect(valueOf("true", field("boolean"))).toBe(true);
    expect(valueOf("12", undefined)).toBe(12);
  });

  it("are compared as the field allows", () => {
    expect(comparisonsFor(field("boolean"))).not.toContain("gt");
    expect(comparisonsFor(field("string"))).toContain("contains");
  });
});

describe("steps", () => {
  it("change places", () => {
    expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
  });
});

describe("the first question", () => {
  it("asks only for kinds that there are", () => {
    const kinds = ["order.paid"].map((name) => ({ name, facts: 3 }) as Kind);
    expect(usual(kinds).steps.map((step) => step.kind)).toEqual(["order.paid", "order.paid"]);
  });
});
