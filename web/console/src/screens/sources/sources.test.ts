import { describe, expect, it } from "vitest";

import { SDKS, snippet } from "./snippet";
import { matches, withMessage, type Shown } from "./stream";
import { bySource, pace } from "./useArrivals";

const fact = (fact_id: number) => ({ fact_id, kind: "page.viewed", name: "home", customer_id: 7, amount_fen: null });
const message = (key: number, more: Partial<Shown> = {}): Shown => ({ key, at: key, what: "accepted", message_id: `m-${key}`, ...more });

describe("the live view", () => {
  it("puts the newest first and forgets the oldest", () => {
    let shown: readonly Shown[] = [];
    for (let key = 1; key <= 301; key += 1) shown = withMessage(shown, message(key));
    expect([shown.length, shown[0]?.key, shown.at(-1)?.key]).toEqual([300, 301, 2]);
  });

  it("adds facts that come later to their message, each once", () => {
    const shown = [message(2), message(1, { facts: [fact(1)] })];
    const after = withMessage(shown, message(3, { message_id: "m-1", facts: [fact(1), fact(2)] }));
    expect(after.map(({ key, facts }) => [key, facts?.length])).toEqual([[2, undefined], [1, 2]]);
  });

  it("shows a duplicate beside what was accepted", () => {
    expect(withMessage([message(1)], message(2, { message_id: "m-1", what: "duplicate" }))).toHaveLength(2);
  });

  it("finds a message by what it became", () => {
    expect(matches(message(1, { facts: [fact(1)] }), "PAGE")).toBe(true);
    expect(matches(message(1), "")).toBe(true);
    expect(matches(message(1), "order")).toBe(false);
  });
});

describe("the code to send with", () => {
  it("names this host and the place of the key", () => {
    for (const sdk of SDKS) {
      const code = snippet(sdk, "https://siyu.example");
      expect(code).toContain("https://siyu.example");
      expect(code).toContain("WRITE_KEY");
      expect(code).not.toContain("HOST");
    }
  });
});

describe("what comes in", () => {
  it("is said by source, exactly while it is little", () => {
    const one = { source_id: 3, last_at: "2026-03-01T00:00:00Z", per_minute: 0.44, today: 9 };
    expect(bySource([one]).get(3)).toBe(one);
    expect([0, 0.44, 9.96, 12.5].map(pace)).toEqual([0, 0.4, 10, 13]);
  });
});
