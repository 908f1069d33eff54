import { answered, api } from "@siyu/api";
import { Count, DataTable, Empty, Page, When, type Column, type Filter } from "@siyu/kit";
import { Button, Dropdown, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../../app/session";
import { useAccounts, useKinds } from "../accounts";
import { figuresOf, KINDS, placeOf, type Code, type Funnel } from "./codes";
import { CodeStanding } from "./CodeStanding";
import { Serving } from "./Serving";

const DAYS = 30;

interface Row extends Code {
  figures: Funnel | undefined;
}

/** Every entry code: where it hangs, who serves, what it brought. */
export function CodeList() {
  const { t } = useTranslation("channels");
  const accounts = useAccounts();
  const columns: Column<Row>[] = [
    { key: "name", title: t("codes.name"), render: (row) => row.name },
    { key: "kind", title: t("codes.kind"), render: (row) => <Tag>{t(`codes.kinds.${row.kind}`)}</Tag> },
    { key: "place", title: t("codes.place"), render: (row) => placeOf(row.definition) || <Typography.Text type="secondary">—</Typography.Text> },
    { key: "standing", title: t("codes.standing"), render: (row) => <CodeStanding code={row} /> },
    { key: "serving", title: t("codes.serving"), render: (row) => <Serving code={row} /> },
    { key: "added", title: t("codes.figures.added"), align: "right", render: (row) => <Count value={row.figures?.added} /> },
    { key: "stayed", title: t("codes.figures.there"), align: "right", render: (row) => <Count value={row.figures?.there} /> },
    { key: "bought", title: t("codes.figures.bought"), align: "right", render: (row) => <Count value={row.figures?.bought} /> },
    { key: "account", title: t("codes.account"), render: (row) => accounts.data?.find((one) => one.id === row.account_id)?.name ?? row.account_id, optional: true },
    { key: "state", title: t("codes.state"), render: (row) => <Typography.Text code>{row.state}</Typography.Text>, optional: true },
    { key: "cards", title: t("codes.cards"), align: "right", render: (row) => <Count value={row.cards} />, optional: true },
    { key: "created", title: t("codes.created"), render: (row) => <When at={row.created_at} />, optional: true },
  ];
  const filters: Filter[] = [
    { kind: "text", key: "words", label: t("codes.words"), placeholder: t("codes.wordsHint"), width: 220 },
    { kind: "choice", key: "kind", label: t("codes.kind"), choices: KINDS.map((value) => ({ value, label: t(`codes.kinds.${value}`) })) },
    ...((accounts.data?.length ?? 0) > 1 ? [{ kind: "choice" as const, key: "account", label: t("codes.account"), choices: (accounts.data ?? []).map((one) => ({ value: String(one.id), label: one.name })) }] : []),
    { kind: "choice", key: "archived", label: t("codes.standing"), choices: [{ value: "true", label: t("codes.states.archived") }] },
  ];
  return (
    <Page title={t("codes.title")} what={t("codes.what", { days: String(DAYS) })} actions={<Add />}>
      <DataTable
        name="channels.codes"
        title={t("codes.title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        href={(row) => `/channels/codes/${row.id}`}
        queryKey={["channels", "codes", "list"]}
        refresh={30_000}
        empty={<Empty title={t(accounts.data?.length === 0 ? "codes.noAccount" : "codes.empty")}>{accounts.data?.length !== 0 && <Add />}</Empty>}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const query = {
            words: wanted["words"],
            kind: KINDS.find((each) => each === wanted["kind"]),
            account_id: Number(wanted["account"]) || undefined,
            archived: wanted["archived"] === "true",
            before: cursor ? Number(cursor) : undefined,
            limit,
          };
          const page = await answered(api.GET("/api/v1/channels/codes", { signal, params: { query } }));
          const figures = await figuresOf(page.codes, DAYS, signal);
          return { rows: page.codes.map((one): Row => ({ ...one, figures: figures.get(one.id) })), next: page.next === null ? null : String(page.next) };
        }}
      />
    </Page>
  );
}

/** Make a code, on one of the accounts. */
function Add() {
  const { t } = useTranslation("channels");
  const may = useMay();
  const navigate = useNavigate();
  const kinds = useKinds().data?.kinds ?? [];
  const accounts = (useAccounts().data ?? []).filter((one) => kinds.some((kind) => kind.channel === one.channel && kind.codes.length > 0));
  const [first, ...more] = accounts;
  if (!may("channels.manage") || !first) return null;
  const go = (id: string | number): void => void navigate(`/channels/codes/new?account=${id}`);
  if (more.length === 0) {
    return (
      <Button type="primary" onClick={() => go(first.id)}>
        {t("codes.add")}
      </Button>
    );
  }
  return (
    <Dropdown trigger={["click"]} menu={{ items: accounts.map((one) => ({ key: String(one.id), label: one.name })), onClick: ({ key }) => go(key) }}>
      <Button type="primary" aria-haspopup="menu">
        {t("codes.add")}
      </Button>
    </Dropdown>
  );
}
