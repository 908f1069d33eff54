// @vitest-environment node
import { describe, expect, it } from "vitest";

import { byGiver, keyOf } from "../handovers/heirs";
import { noteOf } from "./note";
import { calledBy, type Who } from "./who";

describe("what a member notes", () => {
  it("writes what was filled in, and leaves the rest to the platform", () => {
    expect(noteOf({ remark: " 王姐 " })).toEqual({ remark: "王姐", description: null, phones: null, replace_phones: false });
    expect(noteOf({ remark: "  ", phones: [] }).phones).toBeNull();
    expect(noteOf({ phones: ["13412345678"] }).phones).toEqual(["13412345678"]);
  });

  it("clears phones only where they are all to be replaced", () => {
    expect(noteOf({ replace_phones: true })).toEqual({ remark: null, description: null, phones: [], replace_phones: true });
  });
});

describe("who waits for an heir", () => {
  it("is asked for by giver, as many at once as they had", () => {
    const keys = [keyOf({ staff_id: "ann", contact_id: "w1" }), keyOf({ staff_id: "bo", contact_id: "w2" }), keyOf({ staff_id: "ann", contact_id: "w3" })];
    expect([...byGiver(keys)]).toEqual([["ann", ["w1", "w3"]], ["bo", ["w2"]]]);
  });
});

describe("what a contact is called", () => {
  it("is their name, their phone, or the platform's id", () => {
    const who = (personal: Record<string, string>): Who => ({ contact_id: "w1", customer_id: 1, personal });
    expect([calledBy(who({ name: "王*", phone: "1" }), "w1"), calledBy(who({ phone: "134****1" }), "w1"), calledBy(undefined, "w1")]).toEqual(["王*", "134****1", "w1"]);
  });
});
