import { answered, api } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Form, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { keyOf, useAgain, type Definition, type Template } from "../journey";

export const KEY = /^[a-z0-9][a-z0-9_-]{0,59}$/;

/** An empty journey: somebody enters by hand, and leaves. */
function empty(name: string): Definition {
  return { version: 1, name, about: "", kind: "journey", trigger: { kind: "manual" }, start: "结束", steps: { 结束: { kind: "exit" } }, goals: [], arms: [], control_bp: 1000, control_reason: "" };
}

/** Make a draft: empty, or of a template. */
export function Create({ open, template, onClose }: { open: boolean; template?: Template; onClose: () => void }) {
  return open ? <Asking template={template} onClose={onClose} /> : null;
}

function Asking({ template, onClose }: { template?: Template; onClose: () => void }) {
  const { t } = useTranslation("journeys");
  const navigate = useNavigate();
  const again = useAgain();
  const [now] = useState(() => Date.now());
  const [name, setName] = useState(template?.name ?? "");
  const [chosen, setKey] = useState<string | null>(null);
  const key = chosen ?? (template ? `${template.key}-${now.toString(36)}` : keyOf(name, now));
  const making = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/journeys", { body: { key, template: "", definition: template ? { ...template.definition, name } : empty(name) } })),
    onSuccess: async (made) => {
      await again();
      await navigate(`/journeys/${made.id}`);
    },
  });
  const wrong = !KEY.test(key);
  return (
    <Modal
      open
      title={template ? template.name : t("create.title")}
      okText={t("create.ok")}
      okButtonProps={{ disabled: wrong || !name.trim() }}
      confirmLoading={making.isPending}
      onOk={() => making.mutate()}
      onCancel={onClose}
    >
      <ErrorNote error={making.error} />
      <Form layout="vertical" component="div">
        <Form.Item label={t("create.name")} required>
          <Input aria-label={t("create.name")} autoFocus value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />
        </Form.Item>
        <Form.Item label={t("create.key")} extra={t("create.keyWhat")} validateStatus={wrong ? "error" : undefined} help={wrong ? t("create.keyBad") : undefined}>
          <Input aria-label={t("create.key")} value={key} maxLength={60} onChange={(event) => setKey(event.target.value)} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
