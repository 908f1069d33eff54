import { describe, expect, it } from "vitest";

import { owesReport, trialStands } from "./stands";

const at = (time: string): number => Date.parse(`2026-03-01T${time}Z`);
const trial = { stands: "soon", opens_at: "2026-03-01T10:00:00Z", closes_at: "2026-03-01T11:00:00Z" } as const;

describe("a trial with a window", () => {
  it("opens and closes by itself", () => {
    expect(trialStands(trial, at("09:59:59"))).toBe("soon");
    expect(trialStands(trial, at("10:00:00"))).toBe("open");
    expect(trialStands({ ...trial, stands: "open" }, at("11:00:00"))).toBe("over");
  });

  it("stays as it is for whom it is not", () => {
    for (const stands of ["not_for_you", "barred", "applied"] as const) expect(trialStands({ ...trial, stands }, at("10:30:00"))).toBe(stands);
  });
});

describe("a report", () => {
  it("is owed from when the piece was sent until it is late", () => {
    const own = { state: "sent", due_at: "2026-03-09T00:00:00Z" } as const;
    expect(owesReport(own, at("10:00:00"))).toBe(true);
    expect(owesReport(own, Date.parse("2026-03-09T00:00:00Z"))).toBe(false);
    expect(owesReport({ state: "reported", due_at: own.due_at }, at("10:00:00"))).toBe(false);
    expect(owesReport(null, at("10:00:00"))).toBe(false);
  });
});
