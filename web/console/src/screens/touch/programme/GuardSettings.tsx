import { answered, api, type Schema } from "@siyu/api";
import { Flex, Form, InputNumber, Switch } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { WithReason } from "../WithReason";
import { useProgrammeAgain } from "./programme";

type Guard = Pick<Schema<"Guard">, "programme_id" | "watching" | "tolerated">;

/** Whether the harm guard stops a programme, and from which limit on; each change has a reason. */
export function GuardSettings({ guard }: { guard: Guard }) {
  const { t } = useTranslation("touch");
  const again = useProgrammeAgain();
  const [watching, setWatching] = useState(guard.watching);
  const [tolerated, setTolerated] = useState(guard.tolerated);
  return (
    <WithReason
      size="small"
      label={t("settings.guard.change")}
      title={t("settings.guard.title")}
      okText={t("settings.save")}
      ready={watching !== guard.watching || tolerated !== guard.tolerated}
      onDone={async (reason) => {
        await answered(api.PUT("/api/v1/touch/programmes/{programme_id}/guard", { params: { path: { programme_id: guard.programme_id } }, body: { watching, tolerated, reason } }));
        await again();
      }}
    >
      <Form layout="vertical" component="div">
        <Form.Item extra={watching ? undefined : t("settings.guard.offWhat")}>
          <Flex gap="small" align="center">
            <Switch aria-label={t("settings.guard.on")} checked={watching} onChange={setWatching} />
            <span>{t("settings.guard.on")}</span>
          </Flex>
        </Form.Item>
        <Form.Item label={t("settings.guard.tolerated")} extra={t("settings.guard.toleratedWhat")}>
          <InputNumber<number> aria-label={t("settings.guard.tolerated")} min={1} max={10} step={0.1} precision={2} suffix={t("settings.guard.times")} value={tolerated} onChange={(next) => setTolerated(next ?? 1)} style={{ width: 130 }} />
        </Form.Item>
      </Form>
    </WithReason>
  );
}
