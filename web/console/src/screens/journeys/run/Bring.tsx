import { answered, api } from "@siyu/api";
import { ErrorNote, useFormat } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Form, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { Field, SegmentSelect } from "../forms/fields";
import { useAgain, type Journey } from "../journey";

/** Let everybody of a segment in, at the journey's pace. */
export function Bring({ journey }: { journey: Journey }) {
  const { t } = useTranslation("journeys");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>
        {t(journey.kind === "broadcast" ? "broadcast.nowSend" : "running.bring")}
      </Button>
      {open && <Asking journey={journey} onClose={() => setOpen(false)} />}
    </>
  );
}

function Asking({ journey, onClose }: { journey: Journey; onClose: () => void }) {
  const { t } = useTranslation("journeys");
  const { message } = App.useApp();
  const { count } = useFormat();
  const again = useAgain();
  const [search] = useSearchParams();
  const [request] = useState(() => crypto.randomUUID());
  const [segment, setSegment] = useState(Number(search.get("segment")) || 0);
  const bringing = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/journeys/{journey_id}/crowd", { params: { path: { journey_id: journey.id } }, body: { segment, request_id: request } })),
    onSuccess: async ({ people }) => {
      await again();
      void message.success(t("broadcast.sent", { people: count(people) }));
      onClose();
    },
  });
  return (
    <Modal open title={t(journey.kind === "broadcast" ? "broadcast.nowSend" : "running.bring")} okText={t("running.bringOk")} okButtonProps={{ disabled: segment === 0 }} confirmLoading={bringing.isPending} onOk={() => bringing.mutate()} onCancel={onClose}>
      <p>{t("broadcast.sendWhat")}</p>
      <ErrorNote error={bringing.error} />
      <Form layout="vertical" component="div">
        <Field label={t("running.bringSegment")} required>
          <SegmentSelect label={t("running.bringSegment")} value={segment} onChange={setSegment} />
        </Field>
      </Form>
    </Modal>
  );
}
