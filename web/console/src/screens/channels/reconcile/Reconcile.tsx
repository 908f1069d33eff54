import { answered, api } from "@siyu/api";
import { Count, ErrorNote, Loaded, StatCard, useLanguage, When } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Col, Flex, Row, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import type { Account } from "../accounts";
import { isRunning, useMirror, type MirrorStanding } from "./mirror";
import { Walks } from "./Walks";
import { WalkState } from "./WalkState";

/** Whether what we hold is what the platform shows, and the way to compare all of it now. */
export function Reconcile({ account }: { account: Account }) {
  const { t } = useTranslation("channels");
  const mirror = useMirror(account.id);
  return (
    <Flex vertical gap="middle">
      <Flex justify="space-between" gap="middle" wrap align="flex-start">
        <Typography.Text type="secondary" style={{ maxWidth: 720 }}>
          {t("walk.what")}
        </Typography.Text>
        <Order account={account} standing={mirror.data} />
      </Flex>
      <Loaded query={mirror}>{(standing) => <Stands standing={standing} />}</Loaded>
      <Walks account={account.id} running={isRunning(mirror.data?.last)} />
    </Flex>
  );
}

function Order({ account, standing }: { account: Account; standing: MirrorStanding | undefined }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const { message } = App.useApp();
  const client = useQueryClient();
  const ordering = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/channels/accounts/{account_id}/walks", { params: { path: { account_id: account.id } } })),
    onSuccess: async ({ queued }) => {
      void message.success(t(queued ? "walk.ordered" : "walk.waits"));
      await client.invalidateQueries({ queryKey: ["channels", "mirror", account.id] });
      await client.invalidateQueries({ queryKey: ["channels", "walks", account.id] });
    },
  });
  if (!may("channels.manage") || account.state === "paused") return null;
  return (
    <Flex vertical align="flex-end">
      <Button type="primary" loading={ordering.isPending} disabled={isRunning(standing?.last)} onClick={() => ordering.mutate()}>
        {t(isRunning(standing?.last) ? "walk.running" : "walk.now")}
      </Button>
      <ErrorNote error={ordering.error} />
    </Flex>
  );
}

function Stands({ standing }: { standing: MirrorStanding }) {
  const { t } = useTranslation("channels");
  const language = useLanguage();
  const { last, refused, refused_at } = standing;
  const cards = [
    { label: t("walk.last"), what: t("walk.lastWhat"), value: last ? <WalkState state={last.state} /> : t("walk.never"), normal: t("walk.lastNormal") },
    { label: t("walk.read"), what: t("walk.readWhat"), value: standing.read_at ? <When at={standing.read_at} ago /> : t("walk.never") },
    { label: t("walk.waiting"), what: t("walk.waitingWhat"), value: <Count value={standing.waiting} />, normal: t("walk.waitingNormal") },
  ];
  return (
    <>
      {refused && (
        <Alert
          type="error"
          showIcon
          title={t("walk.refused")}
          description={
            <>
              {language === "zh" ? refused.message_zh : refused.message} <When at={refused_at} ago />
            </>
          }
        />
      )}
      <Row gutter={[16, 16]}>
        {cards.map((card) => (
          <Col key={card.label} xs={24} sm={8}>
            <StatCard {...card} />
          </Col>
        ))}
      </Row>
    </>
  );
}
