import { answered, api } from "@siyu/api";
import { ErrorNote, useLanguage } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Flex, Form, Input, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Persona } from "../content";
import { ADJUSTERS } from "./Adjusts";

/** A text as it was made, and as somebody would say it: may they? */
export function Trying({ persona }: { persona: Persona }) {
  const { t } = useTranslation("content");
  const language = useLanguage();
  const [by, setBy] = useState<(typeof ADJUSTERS)[number]>("staff");
  const [before, setBefore] = useState("");
  const [after, setAfter] = useState("");
  const trying = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/content/personas/{persona_id}/adjustments", { params: { path: { persona_id: persona.id } }, body: { by, before: { text: before, materials: [] }, after: { text: after, materials: [] } } })),
  });
  return (
    <Form layout="vertical" component="div">
      <Form.Item label={t("persona.who")} style={{ marginBottom: 12 }}>
        <Radio.Group aria-label={t("persona.who")} value={by} options={ADJUSTERS.map((value) => ({ value, label: t(`persona.by.${value}`) }))} onChange={(event) => setBy(ADJUSTERS.find((one) => one === event.target.value) ?? "staff")} />
      </Form.Item>
      <Form.Item label={t("persona.before")} style={{ marginBottom: 12 }}>
        <Input.TextArea aria-label={t("persona.before")} value={before} maxLength={4000} autoSize={{ minRows: 2, maxRows: 8 }} onChange={(event) => setBefore(event.target.value)} />
      </Form.Item>
      <Form.Item label={t("persona.after")} style={{ marginBottom: 12 }}>
        <Input.TextArea aria-label={t("persona.after")} value={after} maxLength={4000} autoSize={{ minRows: 2, maxRows: 8 }} onChange={(event) => setAfter(event.target.value)} />
      </Form.Item>
      <ErrorNote error={trying.error} />
      <Button disabled={!after.trim()} loading={trying.isPending} onClick={() => trying.mutate()}>
        {t("persona.check")}
      </Button>
      {trying.data && (
        <div role="status" style={{ marginTop: 12 }}>
          {trying.data.length === 0 ? (
            <Alert type="success" showIcon title={t("persona.allowed")} />
          ) : (
            <Flex vertical gap="small">
              {trying.data.map((one, at) => (
                <Alert key={at} type="warning" showIcon title={one[language]} />
              ))}
            </Flex>
          )}
        </div>
      )}
    </Form>
  );
}
