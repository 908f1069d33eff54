// @vitest-environment node
import { describe, expect, it } from "vitest";

import { formatAgo, formatBytes, formatCount, formatDuration, formatMoney, formatShare, formatWhen } from "./format";

describe("formatMoney", () => {
  it("writes fen as yuan with every digit", () => {
    expect(formatMoney(123_450, "zh")).toBe("¥1,234.50");
    expect(formatMoney(-5, "en")).toBe("-¥0.05");
  });

  it("shortens big amounts in the units of the language", () => {
    expect(formatMoney(123_456_789_00, "zh", "CNY", true)).toBe("¥1.2亿");
    expect(formatMoney(123_456_789_00, "en", "CNY", true)).toBe("¥123.5M");
    expect(formatMoney(9_999_99, "zh", "CNY", true)).toBe("¥9,999.99");
  });

  it("refuses what is no whole number of fen", () => {
    expect(() => formatMoney(1.5, "zh")).toThrow(RangeError);
  });
});

describe("figures", () => {
  it("counts", () => {
    expect(formatCount(1_234_567, "zh")).toBe("1,234,567");
    expect(formatCount(1_234_567, "zh", true)).toBe("123.5万");
  });

  it("shares", () => {
    expect(formatShare(0.1234, "zh")).toBe("12.3%");
    expect(formatShare(1, "en")).toBe("100%");
  });

  it("sizes and lengths of time", () => {
    expect(formatBytes(1536, "en")).toBe("1.5 kB");
    expect(formatDuration(90, "zh")).toBe("1.5分钟");
    expect(formatDuration(0.4, "en")).toBe("0.4 sec");
  });
});

describe("formatWhen", () => {
  const at = "2026-03-01T17:05:09Z";

  it("is written in the brand's zone, whatever the browser's", () => {
    expect(formatWhen(at, "zh", "Asia/Shanghai")).toBe("2026-03-02 01:05");
    expect(formatWhen(at, "en", "UTC", "second")).toBe("2026-03-01 17:05:09");
    expect(formatWhen(Date.parse(at), "zh", "America/New_York", "day")).toBe("2026-03-01");
  });

  it("has midnight at 00", () => {
    expect(formatWhen("2026-03-01T16:00:00Z", "zh", "Asia/Shanghai")).toBe("2026-03-02 00:00");
  });
});

describe("formatAgo", () => {
  const now = Date.parse("2026-03-10T00:00:00Z");

  it("says the largest unit that fits", () => {
    expect(formatAgo("2026-03-07T00:00:00Z", now, "zh")).toBe("3天前");
    expect(formatAgo("2026-03-09T23:58:30Z", now, "en")).toBe("1 minute ago");
    expect(formatAgo("2026-03-10T02:00:00Z", now, "en")).toBe("in 2 hours");
  });
});
