import { answered, api } from "@siyu/api";
import { DataTable, DetailDrawer, Empty, Opener, When, type Column, type Filter } from "@siyu/kit";
import { Descriptions, Flex } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Acting } from "./Acting";
import { How } from "./Standing";
import { BEHIND, TRIALS, WORDS, type Application, type Trial } from "./trials";

/** Who applied, and what is to be done with those that are ticked. */
export function Applications({ trial }: { trial: Trial }) {
  const { t } = useTranslation("trials");
  const [ticked, tick] = useState<Application[]>([]);
  const [shown, show] = useState<Application | null>(null);
  const columns: Column<Application>[] = [
    {
      key: "id",
      title: t("application.number"),
      render: (row) => (
        <Opener onClick={() => show(row)}>
          #{row.id}
        </Opener>
      ),
    },
    { key: "customer", title: t("column.customer"), render: (row) => <Link to={`/customers/${row.customer_id}`}>#{row.customer_id}</Link> },
    { key: "state", title: t("column.state"), render: (row) => <How state={row.state} /> },
    { key: "text", title: t("application.text"), render: (row) => <div style={{ maxWidth: 260, whiteSpace: "normal" }}>{row.text.slice(0, 80)}</div> },
    { key: "stars", title: t("application.stars"), render: (row) => (row.stars === null ? "—" : <Stars of={row.stars} />) },
    { key: "report", title: t("application.report"), render: (row) => <div style={{ maxWidth: 260, whiteSpace: "normal" }}>{row.report.slice(0, 80) || "—"}</div> },
    { key: "applied", title: t("application.at"), render: (row) => <When at={row.applied_at} /> },
    { key: "due", title: t("application.due"), optional: true, render: (row) => <When at={row.due_at} /> },
    { key: "parcel", title: t("application.parcel"), optional: true, render: (row) => row.parcel || "—" },
  ];
  const filters: Filter[] = [{ kind: "choice", key: "people", label: t("behind.label"), choices: WORDS.map((value) => ({ value, label: t(`behind.${value}`) })) }];
  return (
    <>
      <DataTable<Application>
        name="trials.applications"
        title={t("tab.people")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={[...TRIALS, "applications", trial.id]}
        refresh={15_000}
        empty={<Empty title={t("application.none")} />}
        actions={<Acting trial={trial} rows={ticked} onDone={() => tick([])} />}
        selection={{ selected: ticked.map((row) => row.id), onChange: (_, rows) => tick(rows) }}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const word = WORDS.find((one) => one === wanted["people"]);
          const query = { state: word ? [...BEHIND[word]] : undefined, cursor, limit };
          const page = await answered(api.GET("/api/v1/trials/{trial_id}/applications", { signal, params: { path: { trial_id: trial.id }, query } }));
          return { rows: page.applications, next: page.next };
        }}
      />
      <DetailDrawer open={shown !== null} title={t("application.one", { id: String(shown?.id ?? "") })} onClose={() => show(null)}>
        {shown && <One application={shown} trial={trial} onDone={() => show(null)} />}
      </DetailDrawer>
    </>
  );
}

function Stars({ of }: { of: number }) {
  const { t } = useTranslation("trials");
  return (
    <span role="img" aria-label={t("application.ofFive", { stars: String(of) })} style={{ whiteSpace: "nowrap" }}>
      {"★".repeat(of)}
      {"☆".repeat(5 - of)}
    </span>
  );
}

function One({ application: one, trial, onDone }: { application: Application; trial: Trial; onDone: () => void }) {
  const { t } = useTranslation("trials");
  const text = (said: string) => <span style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{said}</span>;
  return (
    <Flex vertical gap="middle">
      <Descriptions
        size="small"
        bordered
        column={1}
        items={[
          { key: "state", label: t("column.state"), children: <How state={one.state} /> },
          { key: "customer", label: t("column.customer"), children: <Link to={`/customers/${one.customer_id}`}>#{one.customer_id}</Link> },
          { key: "text", label: t("application.text"), children: text(one.text) },
          ...(trial.terms.questions ?? []).map((question, place) => ({ key: `q${String(place)}`, label: question, children: text(one.answers[place] ?? "—") })),
          { key: "applied", label: t("application.at"), children: <When at={one.applied_at} /> },
          ...(one.sent_at ? [{ key: "sent", label: t("step.sent"), children: <When at={one.sent_at} /> }] : []),
          ...(one.parcel ? [{ key: "parcel", label: t("application.parcel"), children: text(one.parcel) }] : []),
          ...(one.due_at ? [{ key: "due", label: t("application.due"), children: <When at={one.due_at} /> }] : []),
          ...(one.stars === null ? [] : [{ key: "stars", label: t("application.stars"), children: <Stars of={one.stars} /> }]),
          ...(one.report ? [{ key: "report", label: t("application.report"), children: text(one.report) }] : []),
          ...(one.note ? [{ key: "note", label: t("application.note"), children: text(one.note) }] : []),
          ...(one.barred_until ? [{ key: "barred", label: t("application.barred"), children: <When at={one.barred_until} /> }] : []),
        ]}
      />
      <Acting trial={trial} rows={[one]} onDone={onDone} />
    </Flex>
  );
}
