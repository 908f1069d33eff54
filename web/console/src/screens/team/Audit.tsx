import { answered, api, type Schema } from "@siyu/api";
import { DataTable, dayBounds, Empty, Page, useBrand, When, type Column, type Filter } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../app/session";
import { addressOf, detailsOf, partsOf } from "./auditLine";

type Entry = Schema<"AuditRead">;

/** Who did what: one readable line each, newest first. */
export function Audit() {
  const { t, i18n } = useTranslation("team");
  const may = useMay();
  const { zone } = useBrand();
  const members = useQuery({
    queryKey: ["team", "operators"],
    enabled: may("operators.manage"),
    queryFn: ({ signal }) => answered(api.GET("/api/v1/operators", { signal })),
  });
  const word = (group: string, key: string, values?: Record<string, string>): string =>
    i18n.exists(`team:${group}.${key}`, values) ? (t(`${group}.${key}` as never, values as never) as unknown as string) : "";
  const actor = (name: string): string => {
    // A job that somebody asked for runs as `system:operator:7`.
    const [kind, key] = partsOf(name.replace(/^system:(?=operator:|key:)/, ""));
    if (kind === "operator") {
      const member = members.data?.find((each) => String(each.id) === key);
      return member ? member.name || member.login : t("audit.actorOperator", { name: key });
    }
    if (kind === "member") return t("audit.actorMember", { name: key });
    if (kind === "key") return t("audit.key", { name: key });
    return kind === "system" ? t("audit.system", { name: key }) : name;
  };
  const target = (name: string): string => {
    const [kind, key] = partsOf(name);
    return word(key ? "targets" : "places", kind, { key }) || name;
  };
  // A dot in a key would be a step for i18next; so the names of actions are taken from their table.
  const names = i18n.getResource(i18n.language, "team", "actions") as Record<string, string>;
  const columns: Column<Entry>[] = [
    { key: "at", title: t("audit.at"), render: (row) => <When at={row.at} precision="second" /> },
    { key: "actor", title: t("audit.actor"), render: (row) => actor(row.actor) },
    { key: "action", title: t("audit.action"), render: (row) => names[row.action] ?? row.action },
    {
      key: "target",
      title: t("audit.target"),
      render: (row) => {
        const to = addressOf(row.target);
        return to ? <Link to={to}>{target(row.target)}</Link> : target(row.target);
      },
    },
    {
      key: "details",
      title: t("audit.details"),
      render: (row) => (
        <Typography.Text type="secondary" style={{ maxWidth: 420, display: "inline-block" }}>
          {detailsOf(row.details, (key) => word("detail", key) || key)}
        </Typography.Text>
      ),
    },
    { key: "code", title: "code", render: (row) => <Typography.Text code>{row.action}</Typography.Text>, optional: true },
  ];
  const filters: Filter[] = [
    members.data
      ? {
          kind: "choice",
          key: "actor",
          label: t("audit.byActor"),
          choices: members.data.map((each) => ({ value: `operator:${each.id}`, label: each.name || each.login })),
        }
      : { kind: "text", key: "actor", label: t("audit.byActor") },
    { kind: "choice", key: "action", label: t("audit.action"), choices: Object.entries(names).map(([value, label]) => ({ value, label })) },
    { kind: "dates", key: "at", label: t("audit.period") },
    { kind: "text", key: "target", label: t("audit.byTarget"), width: 200 },
  ];
  return (
    <Page title={t("audit.title")} what={t("audit.what")}>
      <DataTable
        name="audit"
        title={t("audit.title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={["team", "audit"]}
        empty={<Empty title={t("audit.empty")} />}
        load={async ({ filters: chosen, cursor, limit }, signal) => {
          const { from, before } = dayBounds(chosen, "at", zone);
          const query = { actor: chosen["actor"], action: chosen["action"], target: chosen["target"], from, before, cursor, limit };
          const page = await answered(api.GET("/api/v1/audit", { signal, params: { query } }));
          return { rows: page.items, next: page.next };
        }}
      />
    </Page>
  );
}
