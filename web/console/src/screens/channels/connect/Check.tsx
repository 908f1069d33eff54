import { ErrorNote, When } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../../app/session";
import { useCheck, type Account, type Kind } from "../accounts";
import { Findings } from "../Findings";

/** Try everything that the account needs; say what is wrong and how to mend it, until nothing is. */
export function Check({ account, kind, onBack }: { account: Account; kind: Kind | undefined; onBack: () => void }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const navigate = useNavigate();
  const check = useCheck();
  const trying = useMutation({ mutationFn: () => check(account.id) });
  const health = account.health;
  const pushes = kind?.capabilities.includes("push") ?? true;
  return (
    <Card size="small" style={{ maxWidth: 720 }}>
      <Flex vertical gap="middle">
        <Typography.Text>{t("check.what")}</Typography.Text>
        <ErrorNote error={trying.error} />
        {health && (
          <div aria-live="polite">
            <Alert
              type={health.ok ? "success" : "warning"}
              showIcon
              title={health.ok ? t("check.good") : t("check.bad", { count: health.findings.filter((one) => !one.ok).length })}
              description={
                <>
                  {t("health.checkedAt")} <When at={health.checked_at} ago />
                </>
              }
            />
            <Findings findings={health.findings} />
          </div>
        )}
        <Flex gap="small" wrap>
          <Button type={health?.ok ? "default" : "primary"} disabled={!may("channels.manage")} loading={trying.isPending} onClick={() => trying.mutate()}>
            {t(health ? "check.again" : "check.start")}
          </Button>
          {pushes && <Button onClick={onBack}>{t("check.back")}</Button>}
          <Button type={health?.ok ? "primary" : "default"} onClick={() => void navigate(`/channels/${account.id}`)}>
            {t(health?.ok ? "check.done" : "check.later")}
          </Button>
        </Flex>
      </Flex>
    </Card>
  );
}
