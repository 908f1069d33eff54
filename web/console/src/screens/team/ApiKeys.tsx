import { answered, api, type Schema } from "@siyu/api";
import { Confirm, Empty, Loaded, Page, When } from "@siyu/kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Table, Tag, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiKeyForm } from "./ApiKeyForm";
import { stateOf } from "./keyState";
import { ShownOnce } from "./ShownOnce";

type Key = Schema<"ApiKeyRead">;
const COLOURS = { active: "success", expired: "warning", revoked: undefined } as const;

/** Keys for programs: make, see their use, revoke. */
export function ApiKeys() {
  const { t } = useTranslation("team");
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [token, setToken] = useState<string>();
  const query = useQuery({ queryKey: ["team", "keys"], queryFn: ({ signal }) => answered(api.GET("/api/v1/api-keys", { signal })) });
  const again = () => client.invalidateQueries({ queryKey: ["team", "keys"] });
  const making = useMutation({
    mutationFn: (body: Schema<"ApiKeyNew">) => answered(api.POST("/api/v1/api-keys", { body })),
    onSuccess: (made) => {
      setOpen(false);
      setToken(made.token);
      return again();
    },
  });
  return (
    <Page
      title={t("keys.title")}
      what={t("keys.what")}
      actions={
        <Button type="primary" onClick={() => setOpen(true)}>
          {t("keys.add")}
        </Button>
      }
    >
      <Loaded query={query}>{(keys) => <KeyTable keys={keys} onChanged={again} loadedAt={query.dataUpdatedAt} />}</Loaded>
      <ApiKeyForm
        open={open}
        saving={making.isPending}
        error={making.error}
        onSave={(body) => making.mutate(body)}
        onClose={() => {
          setOpen(false);
          making.reset();
        }}
      />
      <ShownOnce secret={token} title={t("once.keyTitle")} what={t("once.keyWhat")} onClose={() => setToken(undefined)} />
    </Page>
  );
}

function KeyTable({ keys, onChanged, loadedAt }: { keys: readonly Key[]; onChanged: () => Promise<unknown>; loadedAt: number }) {
  const { t } = useTranslation("team");
  const revoke = (row: Key) => answered(api.DELETE("/api/v1/api-keys/{key_id}", { params: { path: { key_id: row.id } } })).then(onChanged);
  return (
    <Table<Key>
      rowKey="id"
      aria-label={t("keys.title")}
      dataSource={[...keys]}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty title={t("keys.empty")} /> }}
      columns={[
        {
          key: "name",
          title: t("keys.name"),
          render: (_, row) => (
            <Flex vertical>
              <span>{row.name}</span>
              <Typography.Text type="secondary" style={{ fontFamily: "ui-monospace, Consolas, monospace" }}>
                {row.prefix}…
              </Typography.Text>
            </Flex>
          ),
        },
        {
          key: "scopes",
          title: t("keys.scopes"),
          render: (_, row) => (
            <Flex gap={4} wrap style={{ maxWidth: 360 }}>
              {row.scopes.slice(0, 4).map((scope) => (
                <Tag key={scope}>{scope}</Tag>
              ))}
              {row.scopes.length > 4 && (
                <Tooltip title={row.scopes.slice(4).join(", ")}>
                  <Tag>+{row.scopes.length - 4}</Tag>
                </Tooltip>
              )}
            </Flex>
          ),
        },
        {
          key: "state",
          title: t("keys.state"),
          render: (_, row) => <Tag color={COLOURS[stateOf(row, loadedAt)]}>{t(`keys.states.${stateOf(row, loadedAt)}`)}</Tag>,
        },
        { key: "expires", title: t("keys.expires"), render: (_, row) => (row.expires_at ? <When at={row.expires_at} precision="day" /> : t("keys.never")) },
        { key: "used", title: t("keys.lastUsed"), render: (_, row) => (row.last_used_at ? <When at={row.last_used_at} ago /> : t("keys.unused")) },
        { key: "created", title: t("keys.created"), render: (_, row) => <When at={row.created_at} precision="day" /> },
        {
          key: "actions",
          title: t("keys.actions"),
          render: (_, row) =>
            !row.revoked_at && (
              <Confirm size="small" danger label={t("keys.revoke")} okText={t("keys.revoke")} title={t("keys.revokeAsk", { name: row.name })} onConfirm={() => revoke(row)}>
                {t("keys.revokeWhat")}
              </Confirm>
            ),
        },
      ]}
    />
  );
}
