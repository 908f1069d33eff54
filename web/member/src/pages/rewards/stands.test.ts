import { describe, expect, it } from "vitest";

import { standsNow } from "./stands";

const at = (time: string): number => Date.parse(`2026-03-01T${time}Z`);
const offer = { stands: "soon", starts_at: "2026-03-01T10:00:00Z", ends_at: "2026-03-01T11:00:00Z", left: 3 } as const;

describe("an offer with a window", () => {
  it("opens and ends by itself", () => {
    expect(standsNow(offer, at("09:59:59"))).toBe("soon");
    expect(standsNow(offer, at("10:00:00"))).toBe("open");
    expect(standsNow({ ...offer, left: 0 }, at("10:00:00"))).toBe("sold_out");
    expect(standsNow({ ...offer, stands: "open" }, at("11:00:00"))).toBe("over");
  });

  it("stays closed to whom it is not for", () => expect(standsNow({ ...offer, stands: "not_for_tier" }, at("10:30:00"))).toBe("not_for_tier"));
});
