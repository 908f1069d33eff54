import { useTranslation } from "react-i18next";

import { useNames } from "../../customers/names";
import type { MemberTask } from "./types";

/** What fulfils tasks, and when they are open, in words. */
export function useTaskWords(tasks: readonly MemberTask[]) {
  const { t } = useTranslation("members");
  const names = useNames();
  return {
    fulfilled: (one: MemberTask): string => {
      const where = Object.entries(one.where ?? {}).map(([name, value]) => (name === "relation" ? names.relation(String(value)) : t("tasks.whereIs", { name: names.field(name), value: String(value) })));
      const parts = [one.named && t("tasks.namedIs", { name: one.named }), ...where, one.traits?.length ? t("tasks.withTraits", { traits: one.traits.map(names.field).join(t("says.and")) }) : ""].filter(Boolean);
      const fact = names.kind(one.fact);
      return parts.length > 0 ? t("tasks.factWith", { fact, parts: parts.join(t("earning.comma")) }) : fact;
    },
    limits: (one: MemberTask): string[] =>
      [
        one.after ? t("tasks.afterThat", { name: tasks.find((each) => each.code === one.after)?.name ?? one.after }) : "",
        one.first && one.last ? t("tasks.season", { first: one.first, last: one.last }) : one.first ? t("tasks.fromDay", { day: one.first }) : one.last ? t("tasks.untilDay", { day: one.last }) : "",
        one.every === "friend" && one.friends_per_day ? t("tasks.perDay", { most: String(one.friends_per_day) }) : "",
        one.every === "friend" && one.friends_most ? t("tasks.inAll", { most: String(one.friends_most) }) : "",
      ].filter(Boolean),
  };
}
