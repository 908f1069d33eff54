import { Flex, Input } from "antd";
import { useTranslation } from "react-i18next";

import { Purposes, Whole } from "./fields";
import { Budgets, Exclusions, Needs } from "./Lists";
import type { Name } from "./order";
import type { RuleSet } from "./RulesPage";

interface Props {
  name: Name;
  rules: RuleSet;
  onChange: (part: Partial<RuleSet>) => void;
}

/** What can be set of one rule; nothing of those that only say how things are. */
export function Settings({ name, rules, onChange }: Props) {
  const { t } = useTranslation("touch");
  const { do_not_disturb, dedup, quiet_hours, resting } = rules;
  switch (name) {
    case "consent":
      return <Needs needed={rules.consent.needed} onChange={(needed) => onChange({ consent: { needed } })} />;
    case "do_not_disturb":
      return <Purposes label={t("rules.obeys")} value={do_not_disturb.purposes} onChange={(purposes) => onChange({ do_not_disturb: { purposes } })} />;
    case "exclusion":
      return <Exclusions exclusions={rules.exclusions} onChange={(exclusions) => onChange({ exclusions })} />;
    case "dedup":
      return (
        <Flex gap="middle" wrap align="center">
          <Whole label={t("rules.dedupDays")} value={dedup.days} min={1} max={400} onChange={(days) => onChange({ dedup: { ...dedup, days } })} />
          <Purposes label={t("rules.obeys")} value={dedup.purposes} onChange={(purposes) => onChange({ dedup: { ...dedup, purposes } })} />
        </Flex>
      );
    case "budget":
      return <Budgets budgets={rules.budgets} onChange={(budgets) => onChange({ budgets })} />;
    case "quiet_hours":
      return (
        <Flex gap="small" wrap align="center">
          <Input aria-label={t("rules.from")} type="time" value={quiet_hours.start} style={{ width: 120 }} onChange={(event) => event.target.value && onChange({ quiet_hours: { ...quiet_hours, start: event.target.value } })} />
          <span>{t("rules.to")}</span>
          <Input aria-label={t("rules.to")} type="time" value={quiet_hours.end} style={{ width: 120 }} onChange={(event) => event.target.value && onChange({ quiet_hours: { ...quiet_hours, end: event.target.value } })} />
          <Purposes label={t("rules.obeys")} value={quiet_hours.purposes} onChange={(purposes) => onChange({ quiet_hours: { ...quiet_hours, purposes } })} />
        </Flex>
      );
    case "resting":
      return (
        <Flex gap="middle" wrap align="center">
          <Whole label={t("rules.acts")} value={resting.acts} min={10} max={2000} onChange={(acts) => onChange({ resting: { ...resting, acts } })} />
          <Whole label={t("rules.perMille")} suffix="‰" value={resting.per_mille} min={1} max={125} onChange={(per_mille) => onChange({ resting: { ...resting, per_mille } })} />
          <Purposes label={t("rules.obeys")} value={resting.purposes} onChange={(purposes) => onChange({ resting: { ...resting, purposes } })} />
        </Flex>
      );
    case "valid":
    case "programme":
    case "relation":
    case "control":
    case "quota":
      return null;
  }
}
