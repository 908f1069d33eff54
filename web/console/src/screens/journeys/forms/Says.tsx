import { Radio } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { ScriptPick, type Picked } from "../../content/pick/ScriptPick";
import { Field } from "./fields";

/** What is said: words of the step's own, or a script. */
export function Says({ script, own, onChange }: { script: Picked | null; own: ReactNode; onChange: (script: Picked | null) => void }) {
  const { t } = useTranslation("journeys");
  const may = useMay();
  const [picking, pick] = useState(false);
  const byScript = script !== null || picking;
  if (!may("content.read") && !script) return own;
  return (
    <>
      <Field label={t("forms.send.says")} required extra={t(byScript ? "forms.send.scriptWhat" : "forms.send.ownWhat")}>
        <Radio.Group
          aria-label={t("forms.send.says")}
          value={byScript}
          options={[
            { value: false, label: t("forms.send.own") },
            { value: true, label: t("forms.send.script") },
          ]}
          onChange={(event) => {
            const wanted = event.target.value === true;
            pick(wanted);
            if (!wanted && script) onChange(null);
          }}
        />
      </Field>
      {byScript ? (
        <Field label={t("forms.send.script")} required>
          <ScriptPick label={t("forms.send.script")} value={script} onChange={onChange} />
        </Field>
      ) : (
        own
      )}
    </>
  );
}
