import { KeyOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { ErrorNote, When } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Flex, Input, Modal, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { WithReason } from "../../touch/WithReason";
import type { Journey } from "../journey";

type Known = Schema<"CallSecret">;

const MONO = { fontFamily: "ui-monospace, Consolas, monospace" };

/** With what the calls of a journey are signed: shown once, which the audit keeps, then only how it ends; and made anew. */
export function Secret({ journey }: { journey: Journey }) {
  const { t } = useTranslation("journeys");
  const [known, setKnown] = useState<Known>();
  const path = { journey_id: journey.id };
  const showing = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/journeys/{journey_id}/secret", { params: { path } })),
    onSuccess: setKnown,
  });
  return (
    <>
      <Button size="small" icon={<KeyOutlined />} loading={showing.isPending} onClick={() => showing.mutate()}>
        {t("running.secret.show")}
      </Button>
      <ErrorNote error={showing.error} />
      <Modal open={known !== undefined} title={t("running.secret.title")} footer={null} onCancel={() => setKnown(undefined)} destroyOnHidden>
        {known && (
          <Flex vertical gap="middle">
            <Typography.Text>{t("running.secret.what")}</Typography.Text>
            {known.secret ? <Copied secret={known.secret} /> : <Input readOnly aria-label={t("running.secret.title")} value={`••••••••${known.ends_with}`} style={MONO} />}
            <Alert
              type={known.secret ? "warning" : "info"}
              showIcon
              title={
                known.secret ? (
                  t("running.secret.once")
                ) : (
                  <>
                    {t("running.secret.shownAt")} {known.shown_at && <When at={known.shown_at} />} {t("running.secret.lost")}
                  </>
                )
              }
            />
            <Flex justify="space-between" align="center" wrap gap="small">
              <Typography.Text type="secondary">{known.made_at ? <>{t("running.secret.madeAt")} <When at={known.made_at} /></> : t("running.secret.first")}</Typography.Text>
              <WithReason
                danger
                size="small"
                label={t("running.secret.renew")}
                title={t("running.secret.renewTitle")}
                onDone={async (reason) => setKnown(await answered(api.POST("/api/v1/journeys/{journey_id}/secret/renew", { params: { path }, body: { replaces: known.number, reason } })))}
              >
                {t("running.secret.renewWhat")}
              </WithReason>
            </Flex>
          </Flex>
        )}
      </Modal>
    </>
  );
}

function Copied({ secret }: { secret: string }) {
  const { t } = useTranslation("journeys");
  const [copied, setCopied] = useState("");
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(secret);
    setCopied(secret);
  };
  return (
    <Flex gap="small">
      <Input readOnly aria-label={t("running.secret.title")} value={secret} onFocus={(event) => event.target.select()} style={MONO} />
      <Button onClick={() => void copy()} aria-live="polite">
        {t(copied === secret ? "running.secret.copied" : "running.secret.copy")}
      </Button>
    </Flex>
  );
}
