import { useTranslation } from "react-i18next";

import { useNames } from "../../customers/names";
import type { RuleSet } from "./RulesPage";

type Name = RuleSet["order"][number];

/** What the settings of a rule say, a line each. */
export function useRuleWords(): (name: Name, rules: RuleSet) => string[] {
  const { t, i18n } = useTranslation("touch");
  const kind = (name: string): string => (i18n.exists(`touch:kind.${name}`) ? t(`kind.${name}` as never) : name);
  const names = useNames();
  const purposes = (of: readonly string[]): string => of.map(names.purpose).join(t("says.and")) || t("rules.nobody");
  return (name, rules) => {
    switch (name) {
      case "consent":
        return Object.entries(rules.consent.needed).map(([channel, of]) => t("says.consent", { channel: names.channel(channel), purposes: purposes(of) }));
      case "do_not_disturb":
        return [t("says.purposes", { purposes: purposes(rules.do_not_disturb.purposes) })];
      case "exclusion":
        return rules.exclusions.map((one) => t("says.exclusion", { kinds: one.kinds.map(kind).join(" / "), days: String(one.days) }));
      case "dedup":
        return [t("says.dedup", { days: String(rules.dedup.days), purposes: purposes(rules.dedup.purposes) })];
      case "budget":
        return rules.budgets.map((one) => t("says.budget", { span: one.hours % 24 === 0 && one.hours > 24 ? t("says.days", { days: String(one.hours / 24) }) : t("says.hours", { hours: String(one.hours) }), most: String(one.most), counts: purposes(one.counts), obeys: purposes(one.obeys) }));
      case "quiet_hours":
        return [t(rules.quiet_hours.end < rules.quiet_hours.start ? "says.quietOver" : "says.quiet", { start: rules.quiet_hours.start, end: rules.quiet_hours.end, purposes: purposes(rules.quiet_hours.purposes) })];
      case "resting":
        return [t("says.resting", { acts: String(rules.resting.acts), share: String(rules.resting.per_mille / 10), purposes: purposes(rules.resting.purposes) })];
      case "valid":
      case "programme":
      case "relation":
      case "control":
      case "quota":
        return [];
    }
  };
}
