import { answered, api } from "@siyu/api";
import { Loaded, useFormat } from "@siyu/kit";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Card, Form, InputNumber, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { WithReason } from "../WithReason";

const HOLDOUT = ["holdout"] as const;

/** How many people get no marketing at all, from no programme. */
export function Holdout() {
  const may = useMay();
  const query = useQuery({ queryKey: HOLDOUT, enabled: may("journeys.read"), queryFn: ({ signal }) => answered(api.GET("/api/v1/holdout", { signal })) });
  if (!may("journeys.read")) return null;
  return <Loaded query={query}>{({ bp }) => <Known key={bp} bp={bp} />}</Loaded>;
}

function Known({ bp }: { bp: number }) {
  const { t } = useTranslation("touch");
  const { share } = useFormat();
  return (
    <Card
      size="small"
      title={
        <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
          {t("holdout.title")}
        </Typography.Title>
      }
      extra={useMay()("journeys.manage") && <Change now={bp} />}
    >
      <div>{bp === 0 ? t("holdout.none") : t("holdout.some", { share: share(bp / 10_000, 2) })}</div>
      <Typography.Text type="secondary">{t("holdout.what")}</Typography.Text>
    </Card>
  );
}

function Change({ now }: { now: number }) {
  const { t } = useTranslation("touch");
  const client = useQueryClient();
  const [bp, setBp] = useState(now);
  return (
    <WithReason
      label={t("holdout.change")}
      title={t("holdout.changeTitle")}
      ready={bp !== now}
      onDone={async (reason) => {
        await answered(api.PUT("/api/v1/holdout", { body: { bp, reason } }));
        await client.invalidateQueries({ queryKey: HOLDOUT });
      }}
    >
      <p>{t("holdout.changeWhat")}</p>
      <Form layout="vertical" component="div">
        <Form.Item label={t("holdout.share")} required>
          <InputNumber<number> aria-label={t("holdout.share")} min={0} max={50} precision={2} suffix="%" value={bp / 100} onChange={(share) => setBp(Math.round((share ?? now / 100) * 100))} style={{ width: 130 }} />
        </Form.Item>
      </Form>
    </WithReason>
  );
}
