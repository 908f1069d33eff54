import { PlusOutlined } from "@ant-design/icons";
import { Button, Card, Checkbox, DatePicker, Flex, Form, InputNumber, Select, Space, Typography } from "antd";
import dayjs from "dayjs";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { BYS, FEWEST, isWhole, MOST, moved, type Definition, type Kind, type Step } from "./definition";
import type { Days } from "./Funnels";
import { StepEditor } from "./StepEditor";

interface Props {
  kinds: readonly Kind[];
  definition: Definition;
  days: Days;
  onRun: (definition: Definition, days: Days) => void;
  /** Saving, of what is being built. */
  saved: (definition: Definition) => ReactNode;
}

/** Steps, window, breakdown, days. What is built counts when it is asked for. */
export function Builder({ kinds, definition, days, onRun, saved }: Props) {
  const { t } = useTranslation("insight");
  const [draft, setDraft] = useState(definition);
  const [chosen, setChosen] = useState(days);
  const setSteps = (steps: Step[]): void => setDraft({ ...draft, steps });
  return (
    <Card
      size="small"
      title={
        <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
          {t("funnel.build")}
        </Typography.Title>
      }
    >
      {saved(draft)}
      <Flex vertical gap="small" component="ol" style={{ padding: 0, margin: 0, listStyle: "none" }}>
        {draft.steps.map((step, index) => (
          <StepEditor
            key={`${index} of ${draft.steps.length}`}
            kinds={kinds}
            step={step}
            number={index + 1}
            of={draft.steps.length}
            onChange={(next) => setSteps(draft.steps.map((one, at) => (at === index ? next : one)))}
            onMove={(by) => setSteps(moved(draft.steps, index, by))}
            onRemove={draft.steps.length > FEWEST ? () => setSteps(draft.steps.filter((_, at) => at !== index)) : undefined}
          />
        ))}
      </Flex>
      <Button block type="dashed" icon={<PlusOutlined />} disabled={draft.steps.length >= MOST} style={{ margin: "8px 0 16px" }} onClick={() => setSteps([...draft.steps, { kind: "order.paid", name: null, where: [] }])}>
        {t("funnel.addStep")}
      </Button>
      <Form layout="vertical" component="div">
        <Settings draft={draft} onChange={setDraft} />
        <Form.Item label={t("funnel.days")} style={{ marginBottom: 12 }}>
          <DatePicker.RangePicker
            aria-label={t("funnel.days")}
            placeholder={[t("funnel.last30"), t("funnel.today")]}
            allowEmpty={[true, true]}
            style={{ width: "100%" }}
            value={[chosen.from ? dayjs(chosen.from) : null, chosen.to ? dayjs(chosen.to) : null]}
            onChange={(range) => setChosen({ from: range?.[0]?.format("YYYY-MM-DD"), to: range?.[1]?.format("YYYY-MM-DD") })}
          />
        </Form.Item>
        <Button type="primary" block disabled={!isWhole(draft)} onClick={() => onRun(draft, chosen)}>
          {t("funnel.count")}
        </Button>
      </Form>
    </Card>
  );
}

function Settings({ draft, onChange }: { draft: Definition; onChange: (draft: Definition) => void }) {
  const { t } = useTranslation("insight");
  const { window } = draft;
  return (
    <>
      <Flex gap="small" wrap>
        <Form.Item label={t("funnel.window")} tooltip={t("funnel.windowWhat")} style={{ marginBottom: 12 }}>
          <Space.Compact>
            <InputNumber
              aria-label={t("funnel.window")}
              min={1}
              max={window.unit === "day" ? 366 : 720}
              precision={0}
              value={window.amount}
              onChange={(amount) => onChange({ ...draft, window: { ...window, amount: amount ?? 1 } })}
              style={{ width: 90 }}
            />
            <Select
              aria-label={t("funnel.unit")}
              value={window.unit}
              options={(["day", "hour"] as const).map((value) => ({ value, label: t(`funnel.unit_${value}`) }))}
              onChange={(unit) => onChange({ ...draft, window: { ...window, unit } })}
              style={{ width: 90 }}
            />
          </Space.Compact>
        </Form.Item>
        <Form.Item label={t("by.breakdown")} style={{ marginBottom: 12, flex: 1, minWidth: 160 }}>
          <Select aria-label={t("by.breakdown")} value={draft.by} options={BYS.map((value) => ({ value, label: t(`by.${value}`) }))} onChange={(by) => onChange({ ...draft, by })} />
        </Form.Item>
      </Flex>
      <Form.Item style={{ marginBottom: 12 }}>
        <Checkbox checked={draft.strict} onChange={(event) => onChange({ ...draft, strict: event.target.checked })}>
          {t("funnel.strict")}
        </Checkbox>
      </Form.Item>
    </>
  );
}
