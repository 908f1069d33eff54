import { describe, expect, it } from "vitest";

import { outline, restingAt, short } from "./wheel";

describe("the wheel", () => {
  it("rests with the middle of what was drawn at the top", () => {
    for (const slices of [1, 2, 3, 8]) for (let place = 0; place < slices; place++) expect((restingAt(0, place, slices) + ((place + 0.5) * 360) / slices) % 360).toBeCloseTo(0);
  });

  it("always goes on, never back", () => {
    let now = 0;
    for (const place of [3, 0, 7, 7]) {
      const next = restingAt(now, place, 8);
      expect(next - now).toBeGreaterThan(360 * 3);
      now = next;
    }
  });

  it("is cut into slices that meet", () => {
    const [first, second] = [outline(0, 4), outline(1, 4)];
    expect(first).toContain("0.000 -100.000");
    expect(first.slice(0, -1).endsWith("100.000 0.000") || first.includes("100.000 -0.000")).toBe(true);
    expect(second.startsWith("M0 0L100.000")).toBe(true);
  });

  it("shortens what has no room", () => {
    expect(short("谢谢参与", 8)).toBe("谢谢参与");
    expect(short("一二三四五六七八", 8)).toBe("一二三四…");
    expect(short("一二三四五六七八", 2)).toBe("一二三四五六七八");
  });
});
