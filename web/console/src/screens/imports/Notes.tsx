import type { Schema } from "@siyu/api";
import { Count, useLanguage } from "@siyu/kit";
import { Card, Table } from "antd";
import { useTranslation } from "react-i18next";

type Note = Schema<"Note">;

/** What was odd in the file and stopped no row. */
export function Notes({ run }: { run: Schema<"Run"> }) {
  const { t } = useTranslation("imports");
  const language = useLanguage();
  if (run.notes.length === 0) return null;
  return (
    <Card size="small" title={t("notes.title")}>
      <Table<Note>
        size="small"
        rowKey={(note) => `${note.code} ${note.value}`}
        aria-label={t("notes.title")}
        dataSource={[...run.notes]}
        pagination={run.notes.length > 20 ? { pageSize: 20 } : false}
        columns={[
          { key: "what", title: t("notes.what"), render: (_, note) => (language === "zh" ? note.zh : note.en) },
          { key: "rows", title: t("notes.rows"), align: "right", render: (_, note) => <Count value={note.rows} /> },
        ]}
      />
    </Card>
  );
}
