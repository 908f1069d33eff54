import type { Trigger } from "./journey";

/** Triggers by a date of the person. Pure. */

export type DateTrigger = Extract<Trigger, { kind: "date" }>;

/** Ties whose beginning is such a date, in the order in which they are offered. */
export const TIES = ["friend", "member", "follower", "subscriber", "group_member", "fan"] as const;
export const EVERY = ["year", "month", "once"] as const;
export const SIDES = ["on", "before", "after"] as const;

export const sideOf = (trigger: DateTrigger): (typeof SIDES)[number] => (trigger.before_days ? "before" : trigger.after_days ? "after" : "on");
/** One that was kept before there were others comes every year. */
export const everyOf = (trigger: DateTrigger): (typeof EVERY)[number] => trigger.every ?? "year";
