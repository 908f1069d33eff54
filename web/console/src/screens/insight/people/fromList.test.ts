import { describe, expect, it } from "vitest";

import { wantedOf } from "./fromList";

describe("what an export of a list is asked with", () => {
  it("has the filters of the list in their types, and not its order", () => {
    const parameters = { sort: "value", order: "desc", orders_from: "1", value_to: "-5", anonymous: "true", known_from: "1970-01-01T00:00:00Z" };
    expect(wantedOf(parameters)).toEqual({ orders_from: 1, value_to: -5, anonymous: true, known_from: "1970-01-01T00:00:00Z" });
  });
});
