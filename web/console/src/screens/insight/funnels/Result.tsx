import type { Schema } from "@siyu/api";
import { ChartFrame, Empty, Share, useFormat, type ChartColumn } from "@siyu/kit";
import { Card, Flex, Statistic, Table, Typography, theme, type TableProps } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useAddress } from "../people/address";
import { useGroupName } from "../people/names";
import type { Definition, Kind } from "./definition";
import { useStepName } from "./stepName";

export type FunnelTable = Schema<"FunnelTable">;
type Count = Schema<"FunnelStepCount">;
type Group = Schema<"FunnelGroup">;

interface Props {
  table: FunnelTable;
  definition: Definition;
  kinds: readonly Kind[];
}

/** Bars beside each other when parted: the largest groups. */
const GROUPS = 5;

/** How many came how far, how long it took, and where they stopped. */
export function Result({ table, definition, kinds }: Props) {
  const { t } = useTranslation("insight");
  const format = useFormat();
  const { change, href } = useAddress();
  const stepName = useStepName(kinds);
  const names = definition.steps.map((step, index) => `${index + 1}. ${stepName(step)}`);
  const option = useOption(table, definition, names);
  const [first, last] = [table.steps[0], table.steps[table.steps.length - 1]];
  const columns: ChartColumn<Count>[] = [
    { title: t("funnel.stepTitle"), value: (row) => names[row.step - 1] ?? row.step },
    { title: t("funnel.people"), value: (row) => row.people, shown: (row) => <Link to={href({ step: String(row.step), outcome: null, group: null })}>{format.count(row.people)}</Link> },
    { title: t("funnel.ofPrevious"), value: (row) => row.of_previous, shown: (row) => <Share value={row.of_previous} /> },
    { title: t("funnel.ofFirst"), value: (row) => row.of_first, shown: (row) => <Share value={row.of_first} /> },
    {
      title: t("funnel.stopped"),
      value: (row) => row.stopped,
      shown: (row) => (row.step === table.steps.length ? "" : <Link to={href({ step: String(row.step), outcome: "stopped", group: null })}>{format.count(row.stopped)}</Link>),
    },
    { title: t("funnel.median"), value: (row) => row.median_seconds, shown: (row) => (row.median_seconds === null ? "" : format.duration(row.median_seconds)) },
  ];
  return (
    <Flex vertical gap="middle">
      {first && last && (
        <Card size="small">
          <Flex gap={48} wrap>
            <Statistic title={t("funnel.entered")} value={format.count(first.people)} formatter={(value) => <Link to={href({ step: "1", outcome: null, group: null })}>{value}</Link>} />
            <Statistic title={t("funnel.arrived")} value={format.count(last.people)} formatter={(value) => <Link to={href({ step: String(last.step), outcome: null, group: null })}>{value}</Link>} />
            <Statistic title={t("funnel.rate")} value={format.share(last.of_first)} />
            <Statistic title={t("funnel.daysShown")} value={`${table.first} – ${table.last}`} styles={{ content: { fontSize: 16, lineHeight: "38px" } }} />
          </Flex>
        </Card>
      )}
      <ChartFrame
        title={t("funnel.result")}
        what={t("funnel.resultWhat")}
        option={option}
        rows={first && first.people > 0 ? table.steps : []}
        empty={<Empty title={t("funnel.nobody")} />}
        columns={columns}
        file="funnel"
        height={90 + names.length * (table.groups.length > 1 ? 84 : 56)}
        onSelect={({ dataIndex, seriesName }) => {
          const group = table.groups.find((one) => one.group === seriesName);
          if (dataIndex !== undefined) change({ step: String(dataIndex + 1), outcome: null, group: group?.group });
        }}
      />
      {first && first.people > 0 && <Steps table={table} names={names} />}
      {table.groups.length > 0 && <Groups table={table} definition={definition} names={names} />}
    </Flex>
  );
}

function useOption(table: FunnelTable, definition: Definition, names: string[]) {
  const format = useFormat();
  const { token } = theme.useToken();
  const group = useGroupName(definition.by);
  const groups = useMemo(() => table.groups.slice(0, GROUPS), [table]);
  const titles = groups.map((one) => group(one.group)).join("\n");
  const written = names.join("\n");
  return useMemo(() => {
    const bar = (steps: readonly Count[]) => ({
      type: "bar",
      barMaxWidth: 34,
      itemStyle: { borderRadius: [0, 4, 4, 0] },
      data: steps.map((step) => ({ value: step.people, share: step.of_first })),
      label: { show: true, color: token.colorText, position: "right", formatter: ({ data }: { data: { value: number; share: number } }) => `${format.count(data.value)} · ${format.share(data.share)}` },
    });
    const parted = groups.length > 0;
    return {
      grid: { left: 8, right: 96, top: parted ? 36 : 12, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      ...(parted && { legend: { top: 4, type: "scroll", formatter: (name: string) => titles.split("\n")[groups.findIndex((one) => one.group === name)] ?? name } }),
      xAxis: { type: "value", show: false },
      yAxis: { type: "category", inverse: true, data: written.split("\n"), axisTick: { show: false } },
      series: parted ? groups.map((one) => ({ ...bar(one.steps), name: one.group })) : [bar(table.steps)],
    };
  }, [groups, written, table.steps, token.colorText, format, titles]);
}

/** The way from step to step in words: the share that went on, how long half of them took, who stopped. */
function Steps({ table, names }: { table: FunnelTable; names: string[] }) {
  const { t } = useTranslation("insight");
  const format = useFormat();
  const { href } = useAddress();
  const columns: TableProps<Count>["columns"] = [
    { title: t("funnel.stepTitle"), render: (_, row) => names[row.step - 1] },
    { title: t("funnel.people"), align: "right", render: (_, row) => <Link to={href({ step: String(row.step), outcome: null, group: null })}>{format.count(row.people)}</Link> },
    { title: t("funnel.ofPrevious"), align: "right", render: (_, row) => (row.step === 1 ? "" : <Share value={row.of_previous} />) },
    { title: t("funnel.median"), align: "right", render: (_, row) => (row.median_seconds === null ? "" : format.duration(row.median_seconds)) },
    {
      title: t("funnel.stopped"),
      align: "right",
      render: (_, row) => (row.step === table.steps.length ? "" : <Link to={href({ step: String(row.step), outcome: "stopped", group: null })}>{format.count(row.stopped)}</Link>),
    },
  ];
  return <Table<Count> aria-label={t("funnel.steps")} size="small" rowKey="step" pagination={false} columns={columns} dataSource={table.steps} scroll={{ x: "max-content" }} />;
}

function Groups({ table, definition, names }: { table: FunnelTable; definition: Definition; names: string[] }) {
  const { t } = useTranslation("insight");
  const format = useFormat();
  const { href } = useAddress();
  const group = useGroupName(definition.by);
  const columns: TableProps<Group>["columns"] = [
    { title: t("group.label"), render: (_, row) => group(row.group) },
    ...names.map((name, index) => ({
      title: name,
      align: "right" as const,
      render: (_: unknown, row: Group) => {
        const step = row.steps[index];
        return step && <Link to={href({ step: String(index + 1), outcome: null, group: row.group })}>{`${format.count(step.people)} (${format.share(step.of_first)})`}</Link>;
      },
    })),
  ];
  return (
    <>
      <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
        {t("funnel.groups")}
      </Typography.Title>
      <Table<Group> aria-label={t("funnel.groups")} size="small" rowKey="group" pagination={false} columns={columns} dataSource={table.groups} scroll={{ x: "max-content" }} />
    </>
  );
}
