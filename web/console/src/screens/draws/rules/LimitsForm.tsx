import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field, YuanInput } from "../../journeys/forms/fields";
import { Fields, Row, Whole } from "../../rewards/parts/Part";
import type { Said } from "./RulesPage";
import { Saving } from "./Saving";

/** What the law asks for where the brand sells: beyond it a warning has to be confirmed. */
export function LimitsForm({ given, onSave }: { given: Said["limits"]; onSave: (limits: Said["limits"], reason: string) => Promise<void> }) {
  const { t } = useTranslation("draws");
  const [limits, setLimits] = useState(given);
  return (
    <Fields>
      <Row>
        <Field label={t("limits.prize")} extra={t("limits.what")} required>
          <YuanInput label={t("limits.prize")} value={limits.prize_fen} onChange={(fen) => setLimits({ ...limits, prize_fen: fen || 1 })} />
        </Field>
        <Whole label={t("limits.hours")} extra={t("limits.hoursWhat")} min={0} max={8760} value={limits.notice_hours} onChange={(hours) => setLimits({ ...limits, notice_hours: hours ?? 0 })} required />
      </Row>
      <Saving ready onSave={(reason) => onSave(limits, reason)} />
    </Fields>
  );
}
