import type { MultiplierDays } from "./types";

/** By which days orders earn more. Pure. */

export const SORTS = ["weekdays", "month_days", "dates", "birthday", "birthday_month"] as const;
export type Sort = (typeof SORTS)[number];

export function sortOf(one: MultiplierDays): Sort {
  if (one.weekdays) return "weekdays";
  if (one.month_days) return "month_days";
  if (one.birthday) return one.birthday === "month" ? "birthday_month" : "birthday";
  return "dates";
}

const NONE: Partial<MultiplierDays> = { weekdays: null, month_days: null, birthday: null, first: null, last: null };

/** What changes when another sort is chosen: exactly one sort is there. */
export function ofSort(sort: Sort): Partial<MultiplierDays> {
  switch (sort) {
    case "weekdays":
      return { ...NONE, weekdays: [3] };
    case "month_days":
      return { ...NONE, month_days: [1] };
    case "birthday":
      return { ...NONE, birthday: "day" };
    case "birthday_month":
      return { ...NONE, birthday: "month" };
    case "dates":
      return NONE;
  }
}
