import { Select } from "antd";
import { useTranslation } from "react-i18next";

import type { Definition } from "../journey";

/** To which step a way leads. */
export function LeadsTo({ label, definition, value, onChange, optional = false, not }: { label: string; definition: Definition; value: string; onChange: (step: string) => void; optional?: boolean; not?: string }) {
  const { t } = useTranslation("journeys");
  const names = Object.keys(definition.steps).filter((name) => name !== not);
  return (
    <Select
      aria-label={label}
      showSearch={{ optionFilterProp: "label" }}
      allowClear={optional}
      status={!optional && !(value in definition.steps) ? "error" : undefined}
      placeholder={t(optional ? "forms.step.optional" : "forms.step.nowhere")}
      value={value || undefined}
      options={names.map((name) => ({ value: name, label: `${name} · ${t(`canvas.kind.${definition.steps[name]?.kind ?? "exit"}`)}` }))}
      onChange={(next?: string) => onChange(next ?? "")}
      style={{ width: "100%" }}
    />
  );
}
