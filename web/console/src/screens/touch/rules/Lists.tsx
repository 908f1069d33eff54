import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import type { Schema } from "@siyu/api";
import { Button, Flex, Input, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useNames } from "../../customers/names";
import { Purposes, Whole } from "./fields";
import type { RuleSet } from "./RulesPage";

type Budget = Schema<"Budget">;
type Needed = RuleSet["consent"]["needed"];

const DAY_H = 24;
/** Channels of consent, as customers speak of them; `all` stands for those that are not named. */
const CHANNELS = ["sms", "email", "phone", "wecom", "wechat", "douyin", "push", "all"];

/** By which channel and for what somebody has to agree first. */
export function Needs({ needed, onChange }: { needed: Needed; onChange: (needed: Needed) => void }) {
  const { t } = useTranslation("touch");
  const names = useNames();
  const all = Object.entries(needed);
  const put = (entries: [string, Needed[string]][]): void => onChange(Object.fromEntries(entries));
  const free = [...new Set([...CHANNELS, ...Object.keys(needed)])].filter((one) => !(one in needed));
  return (
    <Flex vertical gap="small">
      {all.map(([channel, purposes], at) => (
        <Flex key={channel} gap="small" wrap align="center" role="group" aria-label={names.channel(channel)}>
          <Select<string>
            aria-label={t("rules.channel")}
            value={channel}
            options={[channel, ...free].map((value) => ({ value, label: names.channel(value) }))}
            onChange={(next) => put(all.map((one, index) => (index === at ? [next, purposes] : one)))}
            style={{ width: 150 }}
          />
          <Purposes label={t("rules.agreeFirst")} value={purposes} onChange={(next) => put(all.map((one, index) => (index === at ? [channel, next] : one)))} />
          <Button type="text" icon={<DeleteOutlined />} aria-label={t("rules.removeConsent", { channel: names.channel(channel) })} onClick={() => put(all.filter((_, index) => index !== at))} />
        </Flex>
      ))}
      <Button type="dashed" icon={<PlusOutlined />} disabled={free.length === 0} style={{ alignSelf: "flex-start" }} onClick={() => put([...all, [free[0] ?? "all", ["marketing"]]])}>
        {t("rules.addConsent")}
      </Button>
    </Flex>
  );
}

export function Budgets({ budgets, onChange }: { budgets: RuleSet["budgets"]; onChange: (budgets: RuleSet["budgets"]) => void }) {
  const { t } = useTranslation("touch");
  const set = (at: number, part: Partial<Budget>): void => onChange(budgets.map((one, index) => (index === at ? { ...one, ...part } : one)));
  return (
    <Flex vertical gap="small">
      {budgets.map((one, at) => (
        <Flex key={`${at} of ${budgets.length}`} gap="small" wrap align="center" role="group" aria-label={one.name}>
          <Input aria-label={t("rules.budgetName")} value={one.name} maxLength={60} style={{ width: 110 }} onChange={(event) => set(at, { name: event.target.value })} />
          <Whole label={t("rules.hours")} value={one.hours} min={1} max={9600} onChange={(hours) => set(at, { hours })} />
          {one.hours % DAY_H === 0 && <Typography.Text type="secondary">{t("rules.inDays", { days: String(one.hours / DAY_H) })}</Typography.Text>}
          <Whole label={t("rules.most")} value={one.most} min={0} max={1000} onChange={(most) => set(at, { most })} />
          <Purposes label={t("rules.counts")} value={one.counts} onChange={(counts) => set(at, { counts })} />
          <Purposes label={t("rules.obeys")} value={one.obeys} onChange={(obeys) => set(at, { obeys })} />
          <Button type="text" icon={<DeleteOutlined />} aria-label={t("rules.removeBudget", { name: one.name })} onClick={() => onChange(budgets.filter((_, index) => index !== at))} />
        </Flex>
      ))}
      <Button type="dashed" icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => onChange([...budgets, { name: `budget-${budgets.length + 1}`, hours: DAY_H, most: 1, counts: ["service", "marketing"], obeys: ["marketing"] }])}>
        {t("rules.addBudget")}
      </Button>
    </Flex>
  );
}

export function Exclusions({ exclusions, onChange }: { exclusions: RuleSet["exclusions"]; onChange: (exclusions: RuleSet["exclusions"]) => void }) {
  const { t } = useTranslation("touch");
  return (
    <Flex vertical gap="small">
      {exclusions.map((one, at) => {
        const set = (part: Partial<typeof one>): void => onChange(exclusions.map((each, index) => (index === at ? { ...each, ...part } : each)));
        return (
          <Flex key={`${at} of ${exclusions.length}`} gap="small" wrap align="center">
            <Select<string[]> mode="tags" aria-label={t("rules.kinds")} placeholder={t("rules.kinds")} value={one.kinds} open={false} suffixIcon={null} tokenSeparators={[",", "，", " "]} onChange={(kinds) => set({ kinds })} style={{ minWidth: 260 }} />
            <Whole label={t("rules.days")} value={one.days} min={1} max={400} onChange={(days) => set({ days })} />
            <Button type="text" icon={<DeleteOutlined />} aria-label={t("rules.removeExclusion", { kinds: one.kinds.join(" / ") })} onClick={() => onChange(exclusions.filter((_, index) => index !== at))} />
          </Flex>
        );
      })}
      <Button type="dashed" icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => onChange([...exclusions, { kinds: [], days: 1 }])}>
        {t("rules.addExclusion")}
      </Button>
    </Flex>
  );
}
