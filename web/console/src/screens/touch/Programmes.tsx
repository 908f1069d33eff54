import { PauseCircleOutlined, PlayCircleOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { Count, DataTable, DetailDrawer, Empty, Loaded, Opener, Page, Share, useInAddress, When, type Column } from "@siyu/kit";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Flex, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../app/session";
import { Guard } from "../journeys/lift/Guard";
import { Costs } from "./programme/Costs";
import { Groups } from "./programme/Groups";
import { TouchState } from "./TouchState";
import { WithReason } from "./WithReason";
import { useCode, useProgrammeName, type Programme } from "./words";

const COLOURS: Record<string, string> = { running: "success", paused: "warning", halted: "error" };
const SENDING = ["running", "paused", "halted"] as const;

function Sending({ state }: { state: string }) {
  const { t } = useTranslation("touch");
  const known = SENDING.find((one) => one === state);
  return <Tag color={COLOURS[state]}>{known ? t(`sending.${known}`) : state}</Tag>;
}

/** Whatever reaches people, and whether it sends. */
export function Programmes() {
  const { t } = useTranslation("touch");
  const name = useProgrammeName();
  const [open, show] = useInAddress("programme");
  const columns: Column<Programme>[] = [
    { key: "name", title: t("column.programme"), render: (row) => <Opener onClick={() => show(String(row.programme_id))}>{name(row.programme_id)}</Opener> },
    { key: "state", title: t("programme.sending"), render: (row) => <Sending state={row.state} /> },
    { key: "reason", title: t("column.reason"), render: (row) => row.reason || "—" },
    { key: "control", title: t("programme.control"), align: "right", render: (row) => <Share value={row.control_bp / 10_000} /> },
    { key: "started", title: t("programme.started"), render: (row) => <When at={row.started_at} /> },
    { key: "stopped", title: t("programme.stopped"), optional: true, render: (row) => <When at={row.stopped_at} /> },
    { key: "key", title: t("column.key"), optional: true, render: (row) => row.key },
  ];
  return (
    <Page title={t("programme.title")} what={t("programme.what")}>
      <DataTable<Programme>
        name="touch.programmes"
        title={t("programme.title")}
        columns={columns}
        rowKey={(row) => row.programme_id}
        queryKey={["touch", "programmes", "table"]}
        refresh={15_000}
        empty={<Empty title={t("programme.none")} />}
        load={async ({ cursor, limit }, signal) => {
          const most = Math.min(limit, 200);
          const rows = await answered(api.GET("/api/v1/touch/programmes", { signal, params: { query: { before: Number(cursor) || undefined, limit: most } } }));
          return { rows, next: rows.length === most ? String(rows.at(-1)?.programme_id) : null };
        }}
      />
      <DetailDrawer open={open !== null} title={open && name(Number(open))} width={720} onClose={() => show(null)}>
        {open !== null && <One id={Number(open)} />}
      </DetailDrawer>
    </Page>
  );
}

function One({ id }: { id: number }) {
  const { t } = useTranslation("touch");
  const code = useCode();
  const may = useMay();
  const query = useQuery({
    queryKey: ["touch", "programme", id],
    refetchInterval: 10_000,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/touch/programmes/{programme_id}", { signal, params: { path: { programme_id: id } } })),
  });
  return (
    <Loaded query={query}>
      {(found) => {
        const all = found.counts.reduce((sum, one) => sum + one.count, 0);
        return (
          <Flex vertical gap="middle">
            <Flex justify="space-between" align="center" wrap gap="small">
              <span>
                <Sending state={found.state} />
                {found.at && <When at={found.at} ago />}
              </span>
              <PauseResume id={id} state={found.state} />
            </Flex>
            {found.reason && <Alert type={found.state === "halted" ? "error" : "info"} showIcon title={found.reason} />}
            <Typography.Title level={3} style={{ fontSize: 16, margin: 0 }}>
              {t("programme.counts")}
            </Typography.Title>
            <Table<Schema<"CountRead">>
              aria-label={t("programme.counts")}
              size="small"
              pagination={false}
              rowKey={(row) => `${row.state} ${row.code}`}
              dataSource={found.counts}
              locale={{ emptyText: <Empty title={t("none")} /> }}
              columns={[
                { title: t("column.state"), render: (_, row) => <TouchState state={row.state} /> },
                { title: t("column.reason"), render: (_, row) => (row.code ? code(row.code) : "—") },
                { title: t("programme.count"), align: "right", render: (_, row) => <Count value={row.count} /> },
                { title: t("programme.share"), align: "right", render: (_, row) => <Share value={row.count / all} /> },
                { title: "", render: (_, row) => <Link to={`/touch?programme=${id}&state=${row.state}${row.code ? `&code=${row.code}` : ""}`}>{t("programme.show")}</Link> },
              ]}
            />
            <Guard programme={id} />
            {may("journeys.read") && (
              <>
                <Groups programme={id} />
                <Costs programme={id} />
              </>
            )}
          </Flex>
        );
      }}
    </Loaded>
  );
}

function PauseResume({ id, state }: { id: number; state: string }) {
  const { t } = useTranslation("touch");
  const may = useMay();
  const client = useQueryClient();
  if (!may("touch.manage")) return null;
  const params = { path: { programme_id: id } };
  const again = () => client.invalidateQueries({ queryKey: ["touch"] });
  return state === "running" ? (
    <WithReason
      icon={<PauseCircleOutlined />}
      label={t("programme.pause")}
      title={t("programme.pauseTitle")}
      onDone={async (reason) => {
        await answered(api.POST("/api/v1/touch/programmes/{programme_id}/pause", { params, body: { reason } }));
        await again();
      }}
    >
      {t("programme.pauseWhat")}
    </WithReason>
  ) : (
    <WithReason
      type="primary"
      icon={<PlayCircleOutlined />}
      label={t("programme.resume")}
      title={t("programme.resumeTitle")}
      onDone={async (reason) => {
        await answered(api.POST("/api/v1/touch/programmes/{programme_id}/resume", { params, body: { reason } }));
        await again();
      }}
    >
      {t(state === "halted" ? "programme.resumeHalted" : "programme.resumeWhat")}
    </WithReason>
  );
}
