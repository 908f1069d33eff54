import { answered, api } from "@siyu/api";
import { Count, DataTable, Empty, Page, Share, When, type Column, type Filter } from "@siyu/kit";
import { Badge, Button, Dropdown, Flex, Tag, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../../app/session";
import { JOURNEYS, STATES, type Row, type State } from "../journey";
import { useSentences } from "../sentences";
import { Create } from "./Create";
import { ImportFile } from "./ImportFile";

const COLOURS: Record<State, "default" | "success" | "warning" | "processing" | "error"> = { draft: "default", running: "success", paused: "warning", draining: "processing", stopped: "error" };

/** In which state a journey is. */
export function StateBadge({ state }: { state: State }) {
  const { t } = useTranslation("journeys");
  return <Badge status={COLOURS[state]} text={t(`states.${state}`)} />;
}

/** Every journey and broadcast: who enters, and how many are where. */
export function JourneyList() {
  const { t } = useTranslation("journeys");
  const say = useSentences();
  const columns: Column<Row>[] = [
    {
      key: "name",
      title: t("list.name"),
      render: (row) => (
        <Flex gap={6} align="center" wrap>
          {row.name}
          {row.kind === "broadcast" && <Tag style={{ margin: 0 }}>{t("kinds.broadcast")}</Tag>}
          {row.has_draft && row.version > 0 && (
            <Tooltip title={t("list.draft")}>
              <Tag style={{ margin: 0 }} color="warning">
                {t("states.draft")}
              </Tag>
            </Tooltip>
          )}
        </Flex>
      ),
    },
    { key: "state", title: t("list.state"), render: (row) => <StateBadge state={row.state} /> },
    { key: "trigger", title: t("list.trigger"), render: (row) => <span style={{ display: "inline-block", maxWidth: 300, whiteSpace: "normal" }}>{say.trigger(row.trigger)}</span> },
    { key: "inside", title: t("list.inside"), align: "right", render: (row) => <Count value={row.inside} /> },
    { key: "done", title: t("list.done"), align: "right", render: (row) => <Count value={row.ended["exit"] ?? 0} /> },
    { key: "reached", title: t("list.reached"), align: "right", render: (row) => <Count value={row.ended["goal"] ?? 0} /> },
    { key: "control", title: t("list.control"), align: "right", render: (row) => <Share value={row.control_bp / 10_000} digits={0} /> },
    { key: "changed", title: t("list.changed"), render: (row) => <When at={row.updated_at} ago /> },
    { key: "entered", title: t("list.entered"), align: "right", render: (row) => <Count value={row.entered} />, optional: true },
    { key: "version", title: t("list.version"), align: "right", render: (row) => row.version || <Typography.Text type="secondary">{t("list.none")}</Typography.Text>, optional: true },
    { key: "started", title: t("list.started"), render: (row) => <When at={row.started_at} />, optional: true },
    { key: "key", title: t("list.key"), render: (row) => <Typography.Text code>{row.key}</Typography.Text>, optional: true },
  ];
  const filters: Filter[] = [
    { kind: "text", key: "words", label: t("list.words"), placeholder: t("list.words"), width: 220 },
    { kind: "choice", key: "state", label: t("list.state"), choices: STATES.map((value) => ({ value, label: t(`states.${value}`) })) },
    { kind: "choice", key: "kind", label: t("list.kind"), choices: (["journey", "broadcast"] as const).map((value) => ({ value, label: t(`kinds.${value}`) })) },
  ];
  return (
    <Page title={t("title")} what={t("what")} actions={<Add />}>
      <DataTable
        name="journeys"
        title={t("title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        href={(row) => `/journeys/${row.id}`}
        queryKey={[...JOURNEYS, "list"]}
        refresh={30_000}
        empty={
          <Empty title={t("list.empty")}>
            <Flex justify="center" gap="small" wrap>
              <Add />
            </Flex>
          </Empty>
        }
        load={async ({ filters: wanted }, signal) => {
          const rows = await answered(api.GET("/api/v1/journeys", { signal }));
          return { rows: rows.filter((row) => fits(row, wanted)), next: null };
        }}
      />
    </Page>
  );
}

/** Whether a row is what the filters ask for. */
export function fits(row: Pick<Row, "name" | "key" | "state" | "kind">, wanted: Record<string, string>): boolean {
  const words = (wanted["words"] ?? "").trim().toLowerCase();
  const named = !words || row.name.toLowerCase().includes(words) || row.key.includes(words);
  return named && (!wanted["state"] || row.state === wanted["state"]) && (!wanted["kind"] || row.kind === wanted["kind"]);
}

function Add() {
  const { t } = useTranslation("journeys");
  const may = useMay();
  const navigate = useNavigate();
  const [open, setOpen] = useState<"create" | "import" | null>(null);
  if (!may("journeys.manage")) return null;
  const items = [
    { key: "create", label: t("list.new") },
    { key: "import", label: t("list.import") },
  ];
  return (
    <>
      <Button onClick={() => void navigate("/journeys/broadcasts/new")}>{t("list.broadcast")}</Button>
      <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => setOpen(key === "import" ? "import" : "create") }}>
        <Button aria-haspopup="menu">{t("list.new")}</Button>
      </Dropdown>
      <Button type="primary" onClick={() => void navigate("/journeys/templates")}>
        {t("list.fromTemplate")}
      </Button>
      <Create open={open === "create"} onClose={() => setOpen(null)} />
      <ImportFile open={open === "import"} onClose={() => setOpen(null)} />
    </>
  );
}
