import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, FilterOutlined } from "@ant-design/icons";
import { Button, Flex, Select, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { ConditionEditor } from "./ConditionEditor";
import type { Condition, Kind, Step } from "./definition";
import { useKindName } from "./stepName";

interface Props {
  kinds: readonly Kind[];
  step: Step;
  /** 1 is the first. */
  number: number;
  of: number;
  onChange: (step: Step) => void;
  onMove: (by: 1 | -1) => void;
  onRemove?: () => void;
}

/** One step: a kind of fact, perhaps of one name, with conditions on its fields. */
export function StepEditor({ kinds, step, number, of, onChange, onMove, onRemove }: Props) {
  const { t } = useTranslation("insight");
  const { token } = theme.useToken();
  const kindName = useKindName(kinds);
  const kind = kinds.find((one) => one.name === step.kind);
  const label = (word: string): string => t("funnel.ofStep", { step: String(number), word });
  const setWhere = (where: Condition[]): void => onChange({ ...step, where });
  const sorted = [...kinds].sort((a, b) => b.facts - a.facts);
  return (
    <li style={{ border: `1px solid ${token.colorBorderSecondary}`, borderRadius: token.borderRadius, padding: 10 }}>
      <Flex justify="space-between" align="center" style={{ marginBottom: 6 }}>
        <Typography.Text strong>{t("funnel.step", { step: String(number) })}</Typography.Text>
        <Flex>
          <Button type="text" size="small" icon={<ArrowUpOutlined />} disabled={number === 1} aria-label={label(t("funnel.up"))} onClick={() => onMove(-1)} />
          <Button type="text" size="small" icon={<ArrowDownOutlined />} disabled={number === of} aria-label={label(t("funnel.down"))} onClick={() => onMove(1)} />
          <Button type="text" size="small" icon={<DeleteOutlined />} disabled={!onRemove} aria-label={label(t("funnel.remove"))} onClick={onRemove} />
        </Flex>
      </Flex>
      <Flex vertical gap={6}>
        <Select
          aria-label={label(t("funnel.kind"))}
          showSearch={{ optionFilterProp: "label" }}
          value={step.kind}
          options={sorted.map((one) => ({ value: one.name, label: `${kindName(one.name)}${kindName(one.name) === one.name ? "" : ` · ${one.name}`}`, disabled: false }))}
          onChange={(next) => onChange({ kind: next, name: null, where: [] })}
        />
        {kind && kind.names.length > 0 && (
          <Select
            aria-label={label(t("funnel.name"))}
            showSearch={{ optionFilterProp: "label" }}
            allowClear
            placeholder={t("funnel.anyName")}
            value={step.name}
            options={kind.names.map((one) => ({ value: one.name, label: `${one.name} (${one.facts})` }))}
            onChange={(name: string | undefined) => onChange({ ...step, name: name ?? null })}
          />
        )}
        {step.where.map((condition, index) => (
          <ConditionEditor
            key={`${index} of ${step.where.length}`}
            kind={kind}
            condition={condition}
            label={label}
            onChange={(next) => setWhere(step.where.map((one, at) => (at === index ? next : one)))}
            onRemove={() => setWhere(step.where.filter((_, at) => at !== index))}
          />
        ))}
        <Button type="link" size="small" icon={<FilterOutlined />} style={{ alignSelf: "flex-start", paddingInline: 0 }} onClick={() => setWhere([...step.where, { property: "", comparison: "eq", value: "" }])}>
          {t("funnel.addCondition")}
        </Button>
      </Flex>
    </li>
  );
}
