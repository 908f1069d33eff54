import { Empty, ErrorNote, When } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Card, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { useCheck, type Account } from "../accounts";
import { Findings } from "../Findings";

/** What the last check found, and the way to check now. */
export function Health({ account }: { account: Account }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const check = useCheck();
  const trying = useMutation({ mutationFn: () => check(account.id) });
  const now = may("channels.manage") && account.state === "active" && (
    <Button type="primary" loading={trying.isPending} onClick={() => trying.mutate()}>
      {t("health.now")}
    </Button>
  );
  const health = account.health;
  return (
    <Card size="small" style={{ maxWidth: 860 }}>
      <ErrorNote error={trying.error} />
      {health ? (
        <div aria-live="polite">
          <Flex justify="space-between" gap="small" wrap align="center">
            <Typography.Text type="secondary">
              {t("health.checkedAt")} <When at={health.checked_at} ago />
            </Typography.Text>
            {now}
          </Flex>
          <Findings findings={health.findings} />
          {account.state === "active" && <Typography.Text type="secondary">{t("health.byItself")}</Typography.Text>}
        </div>
      ) : (
        <Empty title={t("health.empty")}>{now}</Empty>
      )}
    </Card>
  );
}
