import type { Schema } from "@siyu/api";

/** The API gives every field; those that have a default may be left out by whoever sends them. */
export type OrderRule = Schema<"OrderRule">;
export type MultiplierDays = Schema<"MultiplierDays">;
export type Cap = Schema<"Cap">;
export type EarningRules = Required<Schema<"EarningRules">>;
export type Reward = Schema<"Reward">;
export type Streak = Schema<"Streak">;
export type CheckInRules = Required<Schema<"CheckInRules">>;
export type MemberTask = Schema<"MemberTask">;
export type MemberTasks = Required<Schema<"MemberTasks">>;
export type Tier = Schema<"Tier">;
export type TierRules = Schema<"TierRules">;
