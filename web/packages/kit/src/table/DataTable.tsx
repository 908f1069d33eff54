import { ReloadOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Flex, Table, type TableProps } from "antd";
import type { Key, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useSearchParams } from "react-router";

import { Sideways } from "../Sideways";
import { Empty, ErrorState } from "../states";
import { ColumnChoice } from "./ColumnChoice";
import { Filters } from "./Filters";
import { useKept } from "./kept";
import { Pager } from "./Pager";
import { changed, readList, viewOf, writeSort } from "./state";
import type { Column, Filter, ListPage, ListQuery } from "./types";
import { Views } from "./Views";

/** Figures stand in one line however long it is; a long name goes on in the next, and leaves room for the columns behind it. */
const WORDS = { maxWidth: 400, overflowWrap: "anywhere" } as const;

interface Props<Row extends object> {
  /** Under which columns and views are kept; also names the table for screen readers. */
  name: string;
  title: string;
  columns: readonly Column<Row>[];
  filters?: readonly Filter[];
  rowKey: (row: Row) => Key;
  /** Fetch a page; what it depends on beside the query goes into `queryKey`. */
  load: (query: ListQuery, signal: AbortSignal) => Promise<ListPage<Row>>;
  queryKey: readonly unknown[];
  /** Address of a row: the first column becomes a link. */
  href?: (row: Row) => string;
  /** Said when there is nothing and no filter is set. */
  empty?: ReactNode;
  /** Buttons left of the table's own. */
  actions?: ReactNode;
  /** With `keep` what was ticked on another page stays ticked; `rows` then lack those that were never shown. */
  selection?: { selected: readonly Key[]; onChange: (selected: Key[], rows: Row[]) => void; keep?: boolean };
  /** Put before every name in the address, where two tables share a page. */
  prefix?: string;
  /** Milliseconds after which it is fetched again by itself. */
  refresh?: number;
}

/** A list whose filters, order and place live in the address; pages by the server's cursor. */
export function DataTable<Row extends object>(props: Props<Row>) {
  const { name, title, columns, filters = [], rowKey, load, queryKey, href, prefix = "" } = props;
  const { t } = useTranslation("kit");
  const [search, setSearch] = useSearchParams();
  const location = useLocation();
  const list = readList(search, filters, prefix);
  const change = (values: Record<string, string | undefined>): void => setSearch(changed(search, values, prefix));
  const found = useQuery({
    queryKey: [...queryKey, list],
    queryFn: ({ signal }) => load(list, signal),
    placeholderData: keepPreviousData,
    refetchInterval: props.refresh,
  });
  const [shown, setShown] = useShown(name, columns);
  const view = viewOf(search, filters, prefix);
  const filtered = Object.keys(list.filters).length > 0;
  if (found.error && !found.data) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <Flex vertical gap="middle">
      <Flex justify="space-between" gap="small" wrap>
        <Filters filters={filters} values={list.filters} onChange={change} />
        <Flex gap="small" wrap style={{ marginInlineStart: "auto" }}>
          {props.actions}
          <Views name={name} now={view} onOpen={(saved) => setSearch(saved)} />
          <ColumnChoice columns={columns} shown={shown} onChange={setShown} />
          <Button icon={<ReloadOutlined />} aria-label={t("table.refresh")} loading={found.isFetching && !found.isPending} onClick={() => void found.refetch()} />
        </Flex>
      </Flex>
      {/* Not by antd's `scroll`: that repeats the heading in a hidden row, with a box to tick that the keyboard reaches. */}
      <Sideways label={title}>
        <Table<Row>
          aria-label={t("table.of", { name: title })}
          size="middle"
          rowKey={rowKey}
          loading={found.isPending || found.isPlaceholderData}
          dataSource={found.data ? [...found.data.rows] : []}
          columns={columnsOf(columns.filter((column) => shown.includes(column.key)), list, href)}
          pagination={false}
          style={{ minWidth: "max-content" }}
          sortDirections={["descend", "ascend"]}
          onChange={(_pages, _filters, sorter) => change({ sort: sortOf(sorter) })}
          rowSelection={
            props.selection && {
              selectedRowKeys: [...props.selection.selected],
              preserveSelectedRowKeys: props.selection.keep,
              onChange: (keys, rows) => props.selection?.onChange(keys, rows),
            }
          }
          locale={{ emptyText: found.isPending ? " " : <Nothing filtered={filtered} empty={props.empty} onClear={() => setSearch(withoutFilters(search, list, prefix))} /> }}
        />
      </Sideways>
      <Pager page={found.data} limit={list.limit} prefix={prefix} search={search} trail={trailOf(location.state)} go={setSearch} />
    </Flex>
  );
}

function useShown<Row>(name: string, columns: readonly Column<Row>[]): [string[], (shown: string[] | undefined) => void] {
  const standard = columns.filter((column) => !column.optional).map((column) => column.key);
  const [kept, keep] = useKept<string[] | null>(`columns.${name}`, null);
  const first = columns[0]?.key;
  const shown = kept ? columns.map((column) => column.key).filter((key) => key === first || kept.includes(key)) : standard;
  return [shown, (now) => keep(now ?? null)];
}

function columnsOf<Row extends object>(columns: readonly Column<Row>[], list: ListQuery, href?: (row: Row) => string): TableProps<Row>["columns"] {
  return columns.map((column, index) => ({
    key: column.key,
    title: column.title,
    width: column.width,
    align: column.align,
    sorter: column.sortable,
    ...(column.what !== undefined && { showSorterTooltip: { title: column.what } }),
    sortOrder: list.sort?.key === column.key ? (list.sort.descending ? "descend" : "ascend") : null,
    render: (_: unknown, row: Row) => {
      const shown = index === 0 && href ? <Link to={href(row)}>{column.render(row)}</Link> : column.render(row);
      return column.align ? shown : <div style={WORDS}>{shown}</div>;
    },
  }));
}

function sortOf<Row>(sorter: Parameters<NonNullable<TableProps<Row>["onChange"]>>[2]): string | undefined {
  const one = Array.isArray(sorter) ? sorter[0] : sorter;
  if (!one?.order || one.columnKey === undefined) return undefined;
  return writeSort({ key: String(one.columnKey), descending: one.order === "descend" });
}

function withoutFilters(search: URLSearchParams, list: ListQuery, prefix: string): URLSearchParams {
  return changed(search, Object.fromEntries(Object.keys(list.filters).map((name) => [name, undefined])), prefix);
}

/** The cursors of the pages before this one; "back" needs them, because a cursor only points forward. */
function trailOf(state: unknown): string[] {
  const trail = typeof state === "object" && state !== null && "trail" in state ? state.trail : undefined;
  return Array.isArray(trail) ? trail.filter((cursor): cursor is string => typeof cursor === "string") : [];
}

function Nothing({ filtered, empty, onClear }: { filtered: boolean; empty?: ReactNode; onClear: () => void }) {
  const { t } = useTranslation("kit");
  if (!filtered) return empty ?? <Empty />;
  return (
    <Empty title={t("empty.filtered")}>
      <Button onClick={onClear}>{t("empty.clear")}</Button>
    </Empty>
  );
}
