import { ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Flex, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "../../journeys/forms/fields";
import { Instant } from "../../rewards/parts/Instant";
import { Row } from "../../rewards/parts/Part";
import { WithReason } from "../../touch/WithReason";

interface Props {
  ready: boolean;
  onSave: (reason: string) => Promise<void>;
  /** Absent: there is nothing yet to remove. */
  onRemove?: (reason: string) => Promise<void>;
}

/** The end of a form: why it is changed, and the server's word on it. */
export function Saving({ ready, onSave, onRemove }: Props) {
  const { t } = useTranslation("draws");
  const [reason, setReason] = useState("");
  const saving = useMutation({ mutationFn: () => onSave(reason.trim()) });
  return (
    <>
      <Field label={t("rules.reason")} extra={t("rules.reasonWhat")} required>
        <Input aria-label={t("rules.reason")} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
      <ErrorNote error={saving.error} />
      <Flex gap="small">
        <Button type="primary" disabled={!ready || reason.trim().length < 3} loading={saving.isPending} onClick={() => saving.mutate()}>
          {t("rules.save")}
        </Button>
        {onRemove && (
          <WithReason danger label={t("rules.remove")} title={t("rules.removeTitle")} onDone={onRemove}>
            {t("rules.removeWhat")}
          </WithReason>
        )}
      </Flex>
    </>
  );
}

interface Named {
  code: string;
  name: string;
  opens_at: string;
  closes_at: string;
}

/** What everything that is drawn for has: a name, a word for it, and a window. */
export function NameAndWindow({ value, fresh, onChange }: { value: Named; fresh: boolean; onChange: (part: Partial<Named>) => void }) {
  const { t } = useTranslation("draws");
  return (
    <>
      <Row>
        <Field label={t("round.name")} required>
          <Input aria-label={t("round.name")} maxLength={60} value={value.name} onChange={(event) => onChange({ name: event.target.value })} style={{ width: 260 }} />
        </Field>
        <Field label={t("rules.code")} extra={t("rules.codeWhat")} required>
          <Input aria-label={t("rules.code")} maxLength={40} disabled={!fresh} value={value.code} onChange={(event) => onChange({ code: event.target.value.trim().toLowerCase() })} style={{ width: 200 }} />
        </Field>
      </Row>
      <Row>
        <Field label={t("rules.opens")} required>
          <Instant label={t("rules.opens")} value={value.opens_at} onChange={(opens_at) => onChange({ opens_at: opens_at ?? "" })} />
        </Field>
        <Field label={t("rules.closes")} required>
          <Instant label={t("rules.closes")} value={value.closes_at} onChange={(closes_at) => onChange({ closes_at: closes_at ?? "" })} />
        </Field>
      </Row>
    </>
  );
}

/** Whether it says enough to be looked at by the server. */
export function isNamed({ code, name, opens_at, closes_at }: Named): boolean {
  return /^[a-z0-9_]{1,40}$/.test(code) && name.trim() !== "" && opens_at !== "" && closes_at !== "";
}
