import { describe, expect, it } from "vitest";

import { memberOf, valueOf } from "../channels/members";
import { addressOf, detailsOf, partsOf } from "./auditLine";
import { stateOf } from "./keyState";
import { linkOf, unguessable } from "./secrets";

describe("a row of the audit", () => {
  it("names what it was done to, and where that is", () => {
    expect(partsOf("customer:12")).toEqual(["customer", "12"]);
    expect(partsOf("mapping:a:b")).toEqual(["mapping", "a:b"]);
    expect(addressOf("customer:12")).toBe("/customers/12");
    expect(addressOf("import:7")).toBe("/imports/7");
    expect(addressOf("export:7")).toBe("/customers?exports=open");
    expect(addressOf("imports")).toBeUndefined();
    expect(addressOf("mapping:../x")).toBeUndefined();
  });

  it("leaves out details that say nothing", () => {
    const details = { file: "a.csv", shop: "", mapping: null, roles: ["owner", "staff"], resumed: false, links_first: true };
    expect(detailsOf(details, (key) => key.toUpperCase())).toBe("FILE: a.csv · ROLES: owner, staff · LINKS_FIRST: ✓");
  });
});

describe("an API key", () => {
  const at = Date.parse("2026-03-01T00:00:00Z");
  it("is active until it expires or is revoked", () => {
    expect(stateOf({ revoked_at: null, expires_at: null }, at)).toBe("active");
    expect(stateOf({ revoked_at: null, expires_at: "2026-03-01T00:00:00Z" }, at)).toBe("expired");
    expect(stateOf({ revoked_at: "2026-01-01T00:00:00Z", expires_at: "2026-02-01T00:00:00Z" }, at)).toBe("revoked");
  });
});

describe("a one-time link", () => {
  it("keeps its token behind the #", () => {
    expect(linkOf("https://siyu.example", "a+b")).toBe("https://siyu.example/reset#token=a%2Bb");
    expect(unguessable()).toHaveLength(48);
    expect(unguessable()).not.toBe(unguessable());
  });
});

describe("a member of staff as the value of a choice", () => {
  it("is read as it was written, whatever the platform's ids hold", () => {
    for (const member of [{ account_id: 3, staff_id: "amy" }, { account_id: 12, staff_id: "a/b" }]) expect(memberOf(valueOf(member))).toEqual(member);
  });
});
