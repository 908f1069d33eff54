import { ArrowDownOutlined, ArrowUpOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Flex, Form, Input, Switch, Typography } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Whole } from "./fields";
import { moved, OPTIONAL, withRule, type Name } from "./order";
import { Reasons } from "./Reasons";
import type { Rules, RuleSet } from "./RulesPage";
import { Settings } from "./Settings";

/** Other rules: which are asked, in which order, with which settings; with a reason. */
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
  const left = OPTIONAL.filter((name) => !draft.order.includes(name));
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">{t("rules.orderWhat")}</Typography.Text>
      {draft.order.map((name, at) => (
        <One key={name} name={name} place={at + 1} draft={draft} onChange={set} />
      ))}
      {left.map((name) => (
        <One key={name} name={name} draft={draft} onChange={set} />
      ))}
      <Part title={t("rules.staff")}>
        <Flex gap="middle" wrap>
          <Whole label={t("rules.remindHours")} value={draft.staff.remind_hours} min={0} max={168} onChange={(remind_hours) => set({ staff: { ...draft.staff, remind_hours } })} />
          <Form.Item label={t("rules.fallback")} style={{ marginBottom: 0 }}>
            <Input aria-label={t("rules.fallback")} value={draft.staff.fallback} maxLength={64} style={{ width: 220 }} onChange={(event) => set({ staff: { ...draft.staff, fallback: event.target.value.trim() } })} />
          </Form.Item>
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

interface OneProps {
  name: Name;
  /** In the order, from 1; absent where it is left out. */
  place?: number;
  draft: RuleSet;
  onChange: (part: Partial<RuleSet>) => void;
}

function One({ name, place, draft, onChange }: OneProps) {
  const { t } = useTranslation("touch");
  const called = t(`rule.${name}.name`);
  const optional = OPTIONAL.some((one) => one === name);
  const up = moved(draft.order, name, -1);
  const down = moved(draft.order, name, 1);
  const extra = (
    <Flex gap={4} align="center">
      {place !== undefined && (up ?? down) !== null && (
        <>
          <Button type="text" size="small" icon={<ArrowUpOutlined />} disabled={!up} aria-label={t("rules.earlier", { name: called })} onClick={() => up && onChange({ order: up })} />
          <Button type="text" size="small" icon={<ArrowDownOutlined />} disabled={!down} aria-label={t("rules.later", { name: called })} onClick={() => down && onChange({ order: down })} />
        </>
      )}
      {optional && <Switch aria-label={called} checked={place !== undefined} onChange={(on) => onChange({ order: withRule(draft.order, name, on) })} />}
    </Flex>
  );
  return (
    <Part title={place === undefined ? t("rules.off", { name: called }) : `${place} ${called}`} extra={extra}>
      <Flex vertical gap="small">
        <span>
          {t(`rule.${name}.what`)} <Reasons name={name} />
        </span>
        {place !== undefined && <Settings name={name} rules={draft} onChange={onChange} />}
      </Flex>
    </Part>
  );
}

function Part({ title, extra, children }: { title: string; extra?: ReactNode; children: ReactNode }) {
  return (
    <Card
      size="small"
      extra={extra}
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
