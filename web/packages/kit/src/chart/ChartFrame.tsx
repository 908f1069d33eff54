import { BarChartOutlined, DownloadOutlined, InfoCircleOutlined, TableOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Table, Tooltip, Typography } from "antd";
import type { EChartsCoreOption } from "echarts/core";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { download, toCsv } from "../csv";
import { Empty, ErrorState, Loading } from "../states";
import type { ChartColumn, Clicked } from "./types";

const Canvas = lazy(() => import("./Canvas").then((module) => ({ default: module.Canvas })));

interface Props<Row extends object> {
  title: string;
  /** How the figures come about. */
  what?: string;
  /** The chart; keep it with `useMemo`, a new object draws anew. */
  option: EChartsCoreOption;
  /** The same as a table and as CSV. */
  rows: readonly Row[] | undefined;
  columns: readonly ChartColumn<Row>[];
  /** Name of the CSV, without its ending. */
  file: string;
  height?: number;
  loading?: boolean;
  error?: unknown;
  onRetry?: () => void;
  empty?: ReactNode;
  /** A click leads to the people behind; say so in `rowHref` for those who use the table. */
  onSelect?: (clicked: Clicked) => void;
  actions?: ReactNode;
}

/** A chart with its title, the same as a table, and as a file. */
export function ChartFrame<Row extends object>(props: Props<Row>) {
  const { title, what, rows, columns, file, height = 320 } = props;
  const { t } = useTranslation("kit");
  const [asTable, setAsTable] = useState(false);
  const some = rows !== undefined && rows.length > 0;
  const save = (): void =>
    download(`${file}.csv`, toCsv(columns.map((column) => column.title), (rows ?? []).map((row) => columns.map((column) => column.value(row)))));
  return (
    <Card
      size="small"
      title={
        <Flex gap={4} align="center">
          <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
            {title}
          </Typography.Title>
          {what && (
            <Tooltip title={what} trigger={["hover", "focus"]}>
              <Button type="text" size="small" icon={<InfoCircleOutlined />} aria-label={what} />
            </Tooltip>
          )}
        </Flex>
      }
      extra={
        <Flex gap="small">
          {props.actions}
          <Tooltip title={t(asTable ? "chart.asChart" : "chart.asTable")}>
            <Button
              type="text"
              disabled={!some}
              icon={asTable ? <BarChartOutlined /> : <TableOutlined />}
              aria-label={t(asTable ? "chart.asChart" : "chart.asTable")}
              aria-pressed={asTable}
              onClick={() => setAsTable(!asTable)}
            />
          </Tooltip>
          <Tooltip title={t("chart.csv")}>
            <Button type="text" disabled={!some} icon={<DownloadOutlined />} aria-label={t("chart.csv")} onClick={save} />
          </Tooltip>
        </Flex>
      }
    >
      <Body {...props} height={height} asTable={asTable} />
    </Card>
  );
}

function Body<Row extends object>(props: Props<Row> & { height: number; asTable: boolean }) {
  const { title, option, rows, columns, height, onSelect } = props;
  const { t } = useTranslation("kit");
  if (props.error) return <ErrorState error={props.error} onRetry={props.onRetry} />;
  if (props.loading || rows === undefined) return <div style={{ minHeight: height }}>{<Loading />}</div>;
  if (rows.length === 0) return <div style={{ minHeight: height }}>{props.empty ?? <Empty />}</div>;
  if (props.asTable) return <AsTable title={title} rows={rows} columns={columns} height={height} />;
  return (
    <figure style={{ margin: 0 }} aria-label={t("chart.label", { title })}>
      <Suspense fallback={<div style={{ height }}>{<Loading />}</div>}>
        <Canvas option={option} height={height} label={t("chart.label", { title })} onSelect={onSelect} />
      </Suspense>
      {onSelect && (
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {t("chart.select")}
        </Typography.Text>
      )}
    </figure>
  );
}

function AsTable<Row extends object>({ title, rows, columns, height }: Pick<Props<Row>, "title" | "columns"> & { rows: readonly Row[]; height: number }) {
  return (
    <Table<Row>
      aria-label={title}
      size="small"
      pagination={false}
      scroll={{ y: height, x: "max-content" }}
      rowKey={(row) => rows.indexOf(row)}
      dataSource={[...rows]}
      columns={columns.map((column, index) => ({
        key: index,
        title: column.title,
        align: index > 0 ? ("right" as const) : undefined,
        render: (_: unknown, row: Row) => (column.shown ? column.shown(row) : column.value(row)),
      }))}
    />
  );
}
