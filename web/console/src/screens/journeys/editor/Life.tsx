import { DownOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Confirm, ErrorNote, useFormat } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Dropdown, Form, Input, Modal, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useAgain, type Journey } from "../journey";
import type { Draft } from "./useDraft";

type Act = "pause" | "drain" | "stop";
const OPEN: Record<Act, readonly Journey["state"][]> = { pause: ["running", "draining"], drain: ["running", "paused"], stop: ["running", "paused", "draining"] };

/** What can be done to a journey as a whole: publish, start, pause, drain, stop. */
export function Life({ journey, draft }: { journey: Journey; draft: Draft }) {
  const { t } = useTranslation("journeys");
  const { message } = App.useApp();
  const { share } = useFormat();
  const again = useAgain();
  const [asked, setAsked] = useState<Act | null>(null);
  const path = { params: { path: { journey_id: journey.id } } };
  const problems = draft.checked.data?.problems.length ?? 0;
  const publish = async (): Promise<void> => {
    const made = await answered(api.POST("/api/v1/journeys/{journey_id}/publish", path));
    await again();
    void message.success(t("forms.published", { version: String(made.number) }));
  };
  const start = async (): Promise<void> => {
    await answered(api.POST("/api/v1/journeys/{journey_id}/start", path));
    await again();
    void message.success(t("forms.started"));
  };
  const drop = async (): Promise<void> => {
    await answered(api.DELETE("/api/v1/journeys/{journey_id}/draft", path));
    await again();
    location.reload();
  };
  const acts = (Object.keys(OPEN) as Act[]).filter((act) => OPEN[act].includes(journey.state));
  const why = draft.dirty ? t("forms.publishFirst") : problems ? t("forms.problems", { count: problems }) : "";
  const runs = journey.state === "running";
  return (
    <>
      {acts.length > 0 && (
        <Dropdown trigger={["click"]} menu={{ items: acts.map((act) => ({ key: act, label: t(`forms.${act}`), danger: act === "stop" })), onClick: ({ key }) => setAsked(key as Act) }}>
          <Button icon={<DownOutlined />} iconPlacement="end" aria-haspopup="menu">
            {t(`states.${journey.state}`)}
          </Button>
        </Dropdown>
      )}
      {journey.has_draft && journey.version > 0 && (
        <Confirm label={t("forms.discard")} title={t("forms.discard")} danger onConfirm={drop}>
          {t("forms.discardWhat", { version: String(journey.version) })}
        </Confirm>
      )}
      {journey.has_draft && (
        <Tooltip title={why}>
          <span>
            <Confirm type={runs || !journey.version ? "primary" : "default"} label={t("forms.publish")} title={t("forms.publish")} okText={t("forms.publish")} disabled={why !== ""} onConfirm={publish}>
              {t("forms.publishWhat")}
            </Confirm>
          </span>
        </Tooltip>
      )}
      {!runs && journey.version > 0 && (
        <Confirm type="primary" label={t(journey.state === "draft" ? "forms.start" : "forms.startAgain")} title={t("forms.start")} okText={t("forms.start")} onConfirm={start}>
          {t("forms.startWhat", { control: share(draft.definition.control_bp / 10_000) })}
        </Confirm>
      )}
      {asked && <WithReason act={asked} journey={journey} onClose={() => setAsked(null)} />}
    </>
  );
}

function WithReason({ act, journey, onClose }: { act: Act; journey: Journey; onClose: () => void }) {
  const { t } = useTranslation("journeys");
  const again = useAgain();
  const [reason, setReason] = useState("");
  const doing = useMutation({
    mutationFn: () => {
      const how = { params: { path: { journey_id: journey.id } }, body: { reason } };
      if (act === "pause") return answered(api.POST("/api/v1/journeys/{journey_id}/pause", how));
      return act === "drain" ? answered(api.POST("/api/v1/journeys/{journey_id}/drain", how)) : answered(api.POST("/api/v1/journeys/{journey_id}/stop", how));
    },
    onSuccess: async () => {
      await again();
      onClose();
    },
  });
  return (
    <Modal open title={t(`forms.${act}`)} okText={t(`forms.${act}`)} okButtonProps={{ danger: act === "stop" }} confirmLoading={doing.isPending} onOk={() => doing.mutate()} onCancel={onClose}>
      <p>{t(`forms.${act}What`)}</p>
      <ErrorNote error={doing.error} />
      <Form layout="vertical" component="div">
        <Form.Item label={t("forms.reason")} extra={t("forms.reasonWhat")}>
          <Input aria-label={t("forms.reason")} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
