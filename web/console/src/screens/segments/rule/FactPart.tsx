import { FilterOutlined } from "@ant-design/icons";
import { Button, Flex } from "antd";
import { useTranslation } from "react-i18next";

import { ConditionEditor } from "../../insight/funnels/ConditionEditor";
import type { Condition } from "../../insight/funnels/definition";
import { useKindName } from "../../insight/funnels/stepName";
import { Pick, PickOrType } from "./controls";
import { useFactNames, useKinds } from "./offers";
import type { Fact } from "./tree";

interface Props {
  label: string;
  fact: Fact;
  onChange: (fact: Fact) => void;
}

/** Which facts: a kind, perhaps of one name. */
export function FactPart({ label, fact, onChange }: Props) {
  const { t } = useTranslation("segments");
  const kinds = useKinds();
  const name = useKindName(kinds);
  const kind = kinds.find((one) => one.name === fact.kind);
  const names = useFactNames(fact.kind, kind?.names.map((one) => one.name) ?? []);
  const sorted = [...kinds].sort((a, b) => b.facts - a.facts);
  return (
    <>
      <Pick label={label} value={fact.kind} options={sorted.map((one) => ({ value: one.name, label: name(one.name) }))} onChange={(next) => onChange({ kind: next, where: [] })} />
      {kind && (names.length > 0 || fact.name) && (
        <PickOrType
          label={t("part.name", { what: label })}
          placeholder={t("part.anyName")}
          value={fact.name ?? ""}
          options={[{ value: "", label: t("part.anyName") }, ...names].filter((one) => one.value || fact.name)}
          onChange={(next) => onChange({ kind: fact.kind, where: fact.where, ...(next && { name: next }) })}
        />
      )}
      <Button
        type="text"
        size="small"
        icon={<FilterOutlined />}
        aria-label={t("part.addWhere", { what: label })}
        title={t("part.addWhere", { what: label })}
        onClick={() => onChange({ ...fact, where: [...fact.where, { property: "", comparison: "eq", value: "" }] })}
      />
    </>
  );
}

/** Conditions on the fields of these facts, below the sentence. */
export function FactWhere({ label, fact, onChange }: Props) {
  const { t } = useTranslation("segments");
  const kind = useKinds().find((one) => one.name === fact.kind);
  if (fact.where.length === 0) return null;
  const set = (where: Fact["where"]): void => onChange({ ...fact, where });
  return (
    <Flex vertical gap={4} style={{ paddingInlineStart: 24, maxWidth: 560 }}>
      {fact.where.map((condition, index) => (
        <ConditionEditor
          key={`${index} of ${fact.where.length}`}
          kind={kind}
          condition={condition as Condition}
          label={(word) => t("part.of", { what: label, word })}
          onChange={(next) => set(fact.where.map((one, at) => (at === index ? next : one)))}
          onRemove={() => set(fact.where.filter((_, at) => at !== index))}
        />
      ))}
    </Flex>
  );
}
