import { answered, api, type Schema } from "@siyu/api";
import { Confirm, Loaded, Page, When } from "@siyu/kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "../../app/session";
import { memberOf, useMemberName, valueOf, type Member } from "../channels/members";
import { OperatorForm, type Filled } from "./OperatorForm";
import { linkOf, unguessable } from "./secrets";
import { ShownOnce } from "./ShownOnce";

type Operator = Schema<"OperatorRead">;
interface Link {
  login: string;
  link: string;
}

async function makeLink(operator: Operator): Promise<Link> {
  const path = { operator_id: operator.id };
  const { token } = await answered(api.POST("/api/v1/operators/{operator_id}/reset-link", { params: { path } }));
  return { login: operator.login, link: linkOf(location.origin, token) };
}

/** Who can sign in: make, change, deactivate, and give a link to set the password. */
export function Operators() {
  const { t } = useTranslation("team");
  const client = useQueryClient();
  const [editing, setEditing] = useState<Operator | "new">();
  const [link, setLink] = useState<Link>();
  const query = useQuery({ queryKey: ["team", "operators"], queryFn: ({ signal }) => answered(api.GET("/api/v1/operators", { signal })) });
  const tied = useTied();
  const again = () => client.invalidateQueries({ queryKey: ["team", "operators"] });
  const saving = useMutation({
    mutationFn: async (filled: Filled) => {
      if (editing !== "new" && editing) {
        await change(editing.id, { name: filled.name, roles: filled.roles });
        await tie(editing.id, filled.staff);
        return undefined;
      }
      // Nobody knows this password: the person sets an own one by the link.
      const { staff, ...told } = filled;
      const made = await answered(api.POST("/api/v1/operators", { body: { ...told, password: unguessable() } }));
      await tie(made.id, staff);
      return makeLink(made);
    },
    onSuccess: (made) => {
      setEditing(undefined);
      setLink(made);
    },
    onSettled: again,
  });
  return (
    <Page
      title={t("operators.title")}
      what={t("operators.what")}
      actions={
        <Button type="primary" onClick={() => setEditing("new")}>
          {t("operators.add")}
        </Button>
      }
    >
      <Loaded query={query}>
        {(operators) => <OperatorTable operators={operators} tied={tied} onEdit={setEditing} onChanged={again} onLink={setLink} />}
      </Loaded>
      <OperatorForm
        operator={editing}
        staff={editing && editing !== "new" ? (tied.get(editing.id) ?? []).map(valueOf) : []}
        saving={saving.isPending}
        error={saving.error}
        onSave={(filled) => saving.mutate(filled)}
        onClose={() => {
          setEditing(undefined);
          saving.reset();
        }}
      />
      <ShownOnce
        secret={link?.link}
        title={t("once.linkTitle")}
        what={t("once.linkWhat", { login: link?.login ?? "" })}
        onClose={() => setLink(undefined)}
      />
    </Page>
  );
}

function change(id: number, body: Schema<"OperatorChange">) {
  return answered(api.PATCH("/api/v1/operators/{operator_id}", { params: { path: { operator_id: id } }, body }));
}

function tie(id: number, staff: readonly string[]) {
  return answered(api.PUT("/api/v1/channels/operators/{operator_id}", { params: { path: { operator_id: id } }, body: { members: staff.map(memberOf) } }));
}

/** Which members of staff operators are. */
function useTied(): ReadonlyMap<number, Member[]> {
  const query = useQuery({ queryKey: ["team", "operators", "staff"], queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/operators", { signal })) });
  return new Map((query.data ?? []).map((one) => [one.operator_id, one.members]));
}

interface TableProps {
  operators: readonly Operator[];
  tied: ReadonlyMap<number, Member[]>;
  onEdit: (operator: Operator) => void;
  onChanged: () => Promise<unknown>;
  onLink: (link: Link) => void;
}

function OperatorTable({ operators, tied, onEdit, onChanged, onLink }: TableProps) {
  const { t } = useTranslation("team");
  const me = useMe();
  const memberName = useMemberName();
  const actions = (row: Operator) => (
    <Flex gap="small" wrap>
      <Button size="small" onClick={() => onEdit(row)}>
        {t("operators.edit")}
      </Button>
      <Confirm
        size="small"
        label={t("operators.link")}
        title={t("operators.linkAsk", { name: row.name || row.login })}
        onConfirm={async () => onLink(await makeLink(row))}
      >
        {t("operators.linkWhat", { login: row.login })}
      </Confirm>
      {row.disabled ? (
        <Button size="small" onClick={() => void change(row.id, { disabled: false }).then(onChanged)}>
          {t("operators.enable")}
        </Button>
      ) : (
        row.id !== me.id && (
          <Confirm
            size="small"
            danger
            label={t("operators.disable")}
            title={t("operators.disableAsk", { name: row.name || row.login })}
            okText={t("operators.disable")}
            onConfirm={() => change(row.id, { disabled: true }).then(onChanged)}
          >
            {t("operators.disableWhat")}
          </Confirm>
        )
      )}
    </Flex>
  );
  return (
    <Table<Operator>
      rowKey="id"
      aria-label={t("operators.title")}
      dataSource={[...operators]}
      pagination={false}
      scroll={{ x: "max-content" }}
      columns={[
        {
          key: "name",
          title: t("operators.name"),
          render: (_, row) => (
            <Flex vertical>
              <span>
                {row.name || row.login} {row.id === me.id && <Tag>{t("operators.you")}</Tag>}
              </span>
              {row.name && <Typography.Text type="secondary">{row.login}</Typography.Text>}
            </Flex>
          ),
        },
        { key: "roles", title: t("operators.roles"), render: (_, row) => row.roles.map((role) => <Tag key={role}>{t(`roles.${role}`)}</Tag>) },
        { key: "staff", title: t("operators.staff"), render: (_, row) => (tied.get(row.id) ?? []).map((one) => <div key={valueOf(one)}>{memberName(one)}</div>) },
        {
          key: "state",
          title: t("operators.state"),
          render: (_, row) => <Tag color={row.disabled ? undefined : "success"}>{t(row.disabled ? "operators.disabled" : "operators.active")}</Tag>,
        },
        { key: "created", title: t("operators.created"), render: (_, row) => <When at={row.created_at} /> },
        { key: "actions", title: t("operators.actions"), render: (_, row) => actions(row) },
      ]}
    />
  );
}
