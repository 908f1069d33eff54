import { Flex, InputNumber, Select } from "antd";

import { useNames } from "../../customers/names";
import { PURPOSES } from "../words";
import type { RuleSet } from "./RulesPage";

export type PurposeList = RuleSet["dedup"]["purposes"];

interface WholeProps {
  label: string;
  value: number;
  min: number;
  max: number;
  suffix?: string;
  onChange: (value: number) => void;
}

/** A whole number beside its label. */
export function Whole({ label, value, min, max, suffix, onChange }: WholeProps) {
  return (
    <Flex gap={6} align="center">
      <span>{label}</span>
      <InputNumber<number> aria-label={label} min={min} max={max} precision={0} suffix={suffix} value={value} onChange={(next) => onChange(next ?? min)} style={{ width: 100 }} />
    </Flex>
  );
}

/** For which purposes something holds. */
export function Purposes({ label, value, onChange }: { label: string; value: PurposeList; onChange: (value: PurposeList) => void }) {
  const names = useNames();
  return (
    <Flex gap={6} align="center">
      <span>{label}</span>
      <Select<PurposeList> mode="multiple" aria-label={label} value={value} options={PURPOSES.map((one) => ({ value: one, label: names.purpose(one) }))} onChange={onChange} style={{ minWidth: 180 }} />
    </Flex>
  );
}
