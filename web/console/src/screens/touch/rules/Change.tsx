import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Flex, Form, Input, InputNumber, Select, Switch, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useNames } from "../../customers/names";
import { PURPOSES } from "../words";
import { OPTIONAL, withRule } from "./order";
import type { Rules, RuleSet } from "./RulesPage";

type Budget = Schema<"Budget">;

/** Other rules: which are asked, budgets, quiet hours, exclusions; with a reason. */
export function Change({ rules, onDone }: { rules: Rules; onDone: () => void }) {
  const { t } = useTranslation("touch");
  const client = useQueryClient();
  const [draft, setDraft] = useState<RuleSet>(rules.rules);
  const [reason, setReason] = useState("");
  const saving = useMutation({
    mutationFn: () => answered(api.PUT("/api/v1/touch/rules", { body: { version: rules.version, rules: draft as never, reason: reason.trim() } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["touch"] });
      onDone();
    },
  });
  const set = (part: Partial<RuleSet>): void => setDraft({ ...draft, ...part });
  return (
    <Flex vertical gap="middle">
      <Part title={t("rules.asked")}>
        <Flex vertical gap="small">
          {OPTIONAL.map((name) => (
            <Flex key={name} gap="small" align="center">
              <Switch aria-label={t(`rule.${name}.name`)} checked={draft.order.includes(name)} onChange={(on) => set({ order: withRule(draft.order, name, on) })} />
              <span>
                <strong>{t(`rule.${name}.name`)}</strong> {t(`rule.${name}.what`)}
              </span>
            </Flex>
          ))}
        </Flex>
      </Part>
      <Part title={t("rule.budget.name")}>
        <Budgets budgets={draft.budgets} onChange={(budgets) => set({ budgets })} />
      </Part>
      <Part title={t("rule.quiet_hours.name")}>
        <Flex gap="small" wrap align="center">
          <Input aria-label={t("rules.from")} value={draft.quiet_hours.start} maxLength={5} style={{ width: 80 }} onChange={(event) => set({ quiet_hours: { ...draft.quiet_hours, start: event.target.value } })} />
          <span>{t("rules.to")}</span>
          <Input aria-label={t("rules.to")} value={draft.quiet_hours.end} maxLength={5} style={{ width: 80 }} onChange={(event) => set({ quiet_hours: { ...draft.quiet_hours, end: event.target.value } })} />
          <Purposes label={t("rules.obeys")} value={draft.quiet_hours.purposes} onChange={(purposes) => set({ quiet_hours: { ...draft.quiet_hours, purposes } })} />
        </Flex>
      </Part>
      <Part title={t("rule.exclusion.name")}>
        <Exclusions exclusions={draft.exclusions} onChange={(exclusions) => set({ exclusions })} />
      </Part>
      <Part title={t("rules.more")}>
        <Flex gap="middle" wrap>
          <Whole label={t("rules.dedupDays")} value={draft.dedup.days} min={1} max={400} onChange={(days) => set({ dedup: { ...draft.dedup, days } })} />
          <Form.Item label={t("rules.fallback")} style={{ marginBottom: 0 }}>
            <Input aria-label={t("rules.fallback")} value={draft.staff.fallback} maxLength={64} style={{ width: 220 }} onChange={(event) => set({ staff: { ...draft.staff, fallback: event.target.value.trim() } })} />
          </Form.Item>
          <Whole label={t("rules.remindHours")} value={draft.staff.remind_hours} min={0} max={168} onChange={(remind_hours) => set({ staff: { ...draft.staff, remind_hours } })} />
        </Flex>
      </Part>
      <Form layout="vertical" component="div">
        <Form.Item label={t("reason.label")} extra={t("reason.what")} required>
          <Input.TextArea aria-label={t("reason.label")} rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Form.Item>
      </Form>
      <ErrorNote error={saving.error} />
      <Flex gap="small">
        <Button type="primary" disabled={reason.trim().length < 3} loading={saving.isPending} onClick={() => saving.mutate()}>
          {t("rules.save")}
        </Button>
        <Button onClick={onDone}>{t("rules.cancel")}</Button>
      </Flex>
    </Flex>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Card
      size="small"
      title={
        <Typography.Title level={2} style={{ fontSize: 15, margin: 0 }}>
          {title}
        </Typography.Title>
      }
    >
      {children}
    </Card>
  );
}

function Whole({ label, value, min, max, onChange }: { label: string; value: number; min: number; max: number; onChange: (value: number) => void }) {
  return (
    <Flex gap={6} align="center">
      <span>{label}</span>
      <InputNumber<number> aria-label={label} min={min} max={max} precision={0} value={value} onChange={(next) => onChange(next ?? min)} style={{ width: 90 }} />
    </Flex>
  );
}

function Purposes({ label, value, onChange }: { label: string; value: RuleSet["dedup"]["purposes"]; onChange: (value: RuleSet["dedup"]["purposes"]) => void }) {
  const names = useNames();
  return (
    <Flex gap={6} align="center">
      <span>{label}</span>
      <Select<RuleSet["dedup"]["purposes"]> mode="multiple" aria-label={label} value={value} options={PURPOSES.map((one) => ({ value: one, label: names.purpose(one) }))} onChange={onChange} style={{ minWidth: 180 }} />
    </Flex>
  );
}

function Budgets({ budgets, onChange }: { budgets: RuleSet["budgets"]; onChange: (budgets: RuleSet["budgets"]) => void }) {
  const { t } = useTranslation("touch");
  const set = (at: number, part: Partial<Budget>): void => onChange(budgets.map((one, index) => (index === at ? { ...one, ...part } : one)));
  return (
    <Flex vertical gap="small">
      {budgets.map((one, at) => (
        <Flex key={`${at} of ${budgets.length}`} gap="small" wrap align="center" role="group" aria-label={one.name}>
          <Input aria-label={t("rules.budgetName")} value={one.name} maxLength={60} style={{ width: 110 }} onChange={(event) => set(at, { name: event.target.value })} />
          <Whole label={t("rules.hours")} value={one.hours} min={1} max={9600} onChange={(hours) => set(at, { hours })} />
          <Whole label={t("rules.most")} value={one.most} min={0} max={1000} onChange={(most) => set(at, { most })} />
          <Purposes label={t("rules.counts")} value={one.counts} onChange={(counts) => set(at, { counts })} />
          <Purposes label={t("rules.obeys")} value={one.obeys} onChange={(obeys) => set(at, { obeys })} />
          <Button type="text" icon={<DeleteOutlined />} aria-label={t("rules.removeBudget", { name: one.name })} onClick={() => onChange(budgets.filter((_, index) => index !== at))} />
        </Flex>
      ))}
      <Button type="dashed" icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => onChange([...budgets, { name: `budget-${budgets.length + 1}`, hours: 24, most: 1, counts: ["service", "marketing"], obeys: ["marketing"] }])}>
        {t("rules.addBudget")}
      </Button>
    </Flex>
  );
}

function Exclusions({ exclusions, onChange }: { exclusions: RuleSet["exclusions"]; onChange: (exclusions: RuleSet["exclusions"]) => void }) {
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
