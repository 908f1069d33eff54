import type { Schema } from "@siyu/api";
import { Count, Empty, useFormat, When } from "@siyu/kit";
import { Card, Descriptions, Table, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

type Job = Schema<"JobState">;
const STATES: Record<string, string | undefined> = { succeeded: "success", failed: "error", aborted: "error", doing: "processing" };

/** What runs in the background. */
export function Jobs({ jobs }: { jobs: readonly Job[] }) {
  const { t, i18n } = useTranslation("system");
  const word = (group: string, key: string): string => (i18n.getResource(i18n.language, "system", group) as Record<string, string>)[key] ?? key;
  return (
    <Card size="small" title={t("jobs.title")}>
      <Table<Job>
        // It may scroll sideways; so the keyboard has to reach it.
        onRow={() => ({ tabIndex: 0 })}
        size="small"
        rowKey="name"
        aria-label={t("jobs.title")}
        dataSource={[...jobs]}
        pagination={false}
        scroll={{ x: "max-content" }}
        columns={[
          { key: "name", title: t("jobs.name"), render: (_, row) => word("jobNames", row.name) },
          { key: "waiting", title: t("jobs.waiting"), align: "right", render: (_, row) => <Count value={row.waiting} /> },
          { key: "running", title: t("jobs.running"), align: "right", render: (_, row) => <Count value={row.running} /> },
          { key: "failed", title: t("jobs.failed"), align: "right", render: (_, row) => <Count value={row.failed} /> },
          { key: "state", title: t("jobs.lastState"), render: (_, row) => row.last_state && <Tag color={STATES[row.last_state]}>{word("jobStates", row.last_state)}</Tag> },
          { key: "at", title: t("jobs.lastAt"), render: (_, row) => (row.last_at ? <When at={row.last_at} ago /> : t("jobs.never")) },
        ]}
      />
    </Card>
  );
}

/** Which reasons open dead letters have. */
export function Letters({ letters }: { letters: Record<string, number> }) {
  const { t } = useTranslation("system");
  const rows = Object.entries(letters).map(([code, count]) => ({ code, count }));
  return (
    <Card size="small" title={t("letters.title")} extra={<Link to="/sources/dead-letters">{t("letters.open")}</Link>}>
      {rows.length === 0 ? (
        <Empty title={t("letters.none")} />
      ) : (
        <Table
          size="small"
          rowKey="code"
          aria-label={t("letters.title")}
          dataSource={rows}
          pagination={false}
          columns={[
            { key: "code", title: t("letters.code"), render: (_, row) => row.code },
            { key: "count", title: t("letters.count"), align: "right", render: (_, row) => <Count value={row.count} /> },
          ]}
        />
      )}
    </Card>
  );
}

export function Tables({ tables }: { tables: readonly Schema<"TableSize">[] }) {
  const { t } = useTranslation("system");
  const format = useFormat();
  return (
    <Card size="small" title={t("tables.title")}>
      <Table<Schema<"TableSize">>
        size="small"
        rowKey="table"
        aria-label={t("tables.title")}
        dataSource={[...tables]}
        pagination={false}
        columns={[
          { key: "table", title: t("tables.table"), render: (_, row) => row.table },
          { key: "rows", title: t("tables.rows"), align: "right", render: (_, row) => <Count value={row.rows} /> },
          { key: "bytes", title: t("tables.bytes"), align: "right", render: (_, row) => format.bytes(row.bytes) },
        ]}
      />
    </Card>
  );
}

export function Versions({ versions }: { versions: Schema<"Versions"> }) {
  const { t } = useTranslation("system");
  const names = { siyu: "Siyu", python: "Python", postgresql: "PostgreSQL", clickhouse: "ClickHouse" } as const;
  const keys = Object.keys(names) as (keyof typeof names)[];
  return (
    <Card size="small" title={t("versions.title")}>
      <Descriptions size="small" column={1} items={keys.map((key) => ({ key, label: names[key], children: versions[key] }))} />
    </Card>
  );
}
