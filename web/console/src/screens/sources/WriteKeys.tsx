import { answered, api, type Schema } from "@siyu/api";
import { Confirm, useShowError, When } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Flex, Input, Modal, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";

import { useMay } from "../../app/session";

type Source = Schema<"SourceRead">;
type Key = Schema<"WriteKeyRead">;

/** The keys of a source: a new one is shown whole once, a revoked one stays listed. */
export function WriteKeys({ source }: { source: Source }) {
  const { t } = useTranslation("sources");
  const may = useMay();
  const client = useQueryClient();
  const showError = useShowError();
  const { state } = useLocation() as { state: { fresh?: string } | null };
  const [fresh, setFresh] = useState(state?.fresh);
  const path = { source_id: source.id };
  const again = () => client.invalidateQueries({ queryKey: ["sources"] });
  const making = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/sources/{source_id}/write-keys", { params: { path } })),
    onSuccess: (made) => {
      setFresh(made.key);
      return again();
    },
    onError: showError,
  });
  const revoke = (key: Key) => answered(api.DELETE("/api/v1/sources/{source_id}/write-keys/{key_id}", { params: { path: { ...path, key_id: key.id } } })).then(again);
  return (
    <Flex vertical gap="middle">
      <Flex justify="space-between" gap="middle" wrap>
        <Typography.Text type="secondary">{t("keys.what")}</Typography.Text>
        {may("sources.manage") && (
          <Button type="primary" loading={making.isPending} onClick={() => making.mutate()}>
            {t("keys.add")}
          </Button>
        )}
      </Flex>
      <Table<Key>
        rowKey="id"
        aria-label={t("tabs.keys")}
        dataSource={source.keys}
        pagination={false}
        columns={[
          { key: "key", title: t("keys.key"), render: (_, row) => <Typography.Text code>{`${row.key.slice(0, 8)}…`}</Typography.Text> },
          { key: "state", title: t("keys.state"), render: (_, row) => <Tag color={row.revoked_at ? undefined : "success"}>{t(row.revoked_at ? "keys.revoked" : "keys.active")}</Tag> },
          { key: "created", title: t("keys.created"), render: (_, row) => <When at={row.created_at} /> },
          {
            key: "actions",
            title: t("keys.actions"),
            render: (_, row) =>
              !row.revoked_at &&
              may("sources.manage") && (
                <Confirm size="small" danger label={t("keys.revoke")} okText={t("keys.revoke")} title={t("keys.revokeAsk")} onConfirm={() => revoke(row)}>
                  {t("keys.revokeWhat")}
                </Confirm>
              ),
          },
        ]}
      />
      <Fresh secret={fresh} onClose={() => setFresh(undefined)} />
    </Flex>
  );
}

function Fresh({ secret, onClose }: { secret: string | undefined; onClose: () => void }) {
  const { t } = useTranslation("sources");
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(secret ?? "");
    setCopied(true);
  };
  return (
    <Modal
      open={secret !== undefined}
      title={t("keys.newTitle")}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      afterClose={() => setCopied(false)}
      footer={
        <Button type="primary" onClick={onClose}>
          {t("keys.done")}
        </Button>
      }
    >
      <Flex vertical gap="middle">
        <Alert type="warning" showIcon title={t("keys.newWhat")} />
        <Flex gap="small">
          <Input readOnly aria-label={t("keys.key")} value={secret} onFocus={(event) => event.target.select()} />
          <Button onClick={() => void copy()} aria-live="polite">
            {t(copied ? "keys.copied" : "keys.copy")}
          </Button>
        </Flex>
      </Flex>
    </Modal>
  );
}
