import { describe, expect, it } from "vitest";

import { COLUMN, drawn, placed } from "./layout";
import type { Evidence, Known } from "./links";

const at = "2026-03-01T00:00:00Z";
const known = (id: number, type: string): Known => ({ id, customer_id: 1, type, scope: "", value: String(id), state: "active", first_seen: at, last_seen: at });
const edge = (stronger: number, weaker: number): Evidence => ({
  stronger,
  weaker,
  strength: "self",
  state: "merged",
  reason: "",
  source_id: 1,
  message_id: "m",
  first_seen: at,
  last_seen: at,
  times: 1,
});

describe("placed", () => {
  it("stands accounts before contacts before devices, and others last", () => {
    const places = placed([known(1, "anonymous_id"), known(2, "phone"), known(3, "user_id")], [9], [edge(3, 9)]);
    expect(Object.fromEntries(places.map((place) => [place.id, place.x]))).toEqual({ 3: 0, 2: COLUMN, 1: 2 * COLUMN, 9: 3 * COLUMN });
  });

  it("leaves no empty column", () => {
    const places = placed([known(1, "user_id"), known(2, "anonymous_id")], [], []);
    expect(places.map((place) => place.x)).toEqual([0, COLUMN]);
  });

  it("puts neighbours beside each other, and no two on one spot", () => {
    const people = [known(1, "user_id"), known(2, "member_no"), known(3, "phone"), known(4, "email")];
    const places = placed(people, [], [edge(1, 4), edge(2, 3)]);
    const y = Object.fromEntries(places.map((place) => [place.id, place.y]));
    expect(y[1]).toBe(y[4]);
    expect(y[2]).toBe(y[3]);
    expect(new Set(places.map((place) => `${place.x},${place.y}`)).size).toBe(4);
  });
});

describe("drawn", () => {
  it("keeps those with the most evidence", () => {
    const people = [known(1, "user_id"), known(2, "phone"), known(3, "email")];
    expect(drawn(people, [edge(1, 3), edge(1, 3)], 2).map((one) => one.id)).toEqual([1, 3]);
  });
});
