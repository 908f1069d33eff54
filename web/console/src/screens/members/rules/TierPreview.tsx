import { answered, api, type Schema } from "@siyu/api";
import { Count, ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Flex, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { Part } from "./fields";
import type { TierRules } from "./types";

/** What these tiers would do to how many; asked for, as everybody is read for it. Nothing is changed. */
export function TierPreview({ rules }: { rules: TierRules }) {
  const { t } = useTranslation("members");
  const asking = useMutation({ mutationFn: (asked: TierRules) => answered(api.POST("/api/v1/ledger/tiers/preview", { body: { rules: { ...asked } } })) });
  const stale = asking.variables !== undefined && asking.variables !== rules;
  return (
    <Part title={t("tiers.preview")} what={t("tiers.previewWhat")}>
      <Flex vertical gap="small">
        <Button style={{ alignSelf: "flex-start" }} disabled={rules.tiers.length === 0} loading={asking.isPending} onClick={() => asking.mutate(rules)}>
          {t(stale ? "tiers.previewAgain" : "tiers.previewNow")}
        </Button>
        <ErrorNote error={stale ? null : asking.error} />
        {asking.data && (
          <div style={{ opacity: stale ? 0.55 : 1 }} aria-live="polite">
            {stale && <Typography.Text type="secondary">{t("tiers.previewStale")}</Typography.Text>}
            <Table<Schema<"TierPreviewRead">>
              aria-label={t("tiers.preview")}
              size="small"
              rowKey={(one) => one.tier.code}
              pagination={false}
              dataSource={asking.data}
              columns={[
                { title: t("tiers.name"), render: (_, one) => one.tier.name },
                { title: t("tiers.people"), align: "right", render: (_, one) => <Count value={one.people} /> },
                { title: t("tiers.up"), align: "right", render: (_, one) => <Count value={one.up} /> },
                { title: t("tiers.down"), align: "right", render: (_, one) => <Count value={one.down} /> },
                { title: t("tiers.same"), align: "right", render: (_, one) => <Count value={one.same} /> },
              ]}
            />
          </div>
        )}
      </Flex>
    </Part>
  );
}
