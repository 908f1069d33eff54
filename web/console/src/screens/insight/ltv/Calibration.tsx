import { answered, api, type Schema } from "@siyu/api";
import { ChartFrame, useFormat, type ChartColumn } from "@siyu/kit";
import { Col, Row, theme } from "antd";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useAddress } from "../people/address";
import { PeopleDrawer } from "../people/PeopleDrawer";

type Held = Schema<"Calibration">;
type Group = Schema<"GroupCheck">;
type Week = Schema<"WeekCheck">;

/** The model fitted on the first part of the days, held against what came after: the nearer, the more it can be trusted. */
export function Calibration({ held, fittedAt }: { held: Held; fittedAt: string }) {
  return (
    <Row gutter={[16, 16]}>
      <Col xs={24} xl={14}>
        <Weeks held={held} />
      </Col>
      <Col xs={24} xl={10}>
        <Groups held={held} />
        <GroupPeople held={held} fittedAt={fittedAt} />
      </Col>
    </Row>
  );
}

function Weeks({ held }: { held: Held }) {
  const { t } = useTranslation("insight");
  const format = useFormat();
  const { token } = theme.useToken();
  const option = useMemo(() => {
    const first = held.weeks.find((week) => week.held_out)?.start;
    return {
      grid: { left: 8, right: 24, top: 44, bottom: 8, containLabel: true },
      legend: { top: 4 },
      tooltip: { trigger: "axis", valueFormatter: (value: number) => format.count(Math.round(value * 10) / 10) },
      xAxis: { type: "category", boundaryGap: false, data: held.weeks.map((week) => week.start) },
      yAxis: { type: "value" },
      series: [
        {
          type: "line",
          name: t("ltv.actual"),
          data: held.weeks.map((week) => week.actual),
          symbol: "none",
          ...(first && {
            markLine: { symbol: "none", silent: true, lineStyle: { color: token.colorTextSecondary }, label: { color: token.colorTextSecondary, formatter: t("ltv.heldOutFrom"), position: "end" }, data: [{ xAxis: first }] },
          }),
        },
        { type: "line", name: t("ltv.expected"), data: held.weeks.map((week) => week.expected), symbol: "none", lineStyle: { type: "dashed" } },
      ],
    };
  }, [format, held.weeks, t, token.colorTextSecondary]);
  const columns: ChartColumn<Week>[] = [
    { title: t("ltv.week"), value: (week) => week.start },
    { title: t("ltv.actual"), value: (week) => week.actual },
    { title: t("ltv.expected"), value: (week) => Math.round(week.expected * 10) / 10 },
    { title: t("ltv.part"), value: (week) => t(week.held_out ? "ltv.partHeld" : "ltv.partFitted") },
  ];
  return <ChartFrame title={t("ltv.weeks")} what={t("ltv.weeksWhat", { until: held.until, days: String(held.days) })} option={option} rows={held.weeks} columns={columns} file="ltv-calibration-weeks" />;
}

/** How groups are called; the last takes those with more, too. */
function useGroupName(held: Held): (group: Pick<Group, "repeats">) => string {
  const last = held.groups[held.groups.length - 1]?.repeats;
  return useCallback(({ repeats }) => `${repeats}${repeats === last ? "+" : ""}`, [last]);
}

function Groups({ held }: { held: Held }) {
  const { t } = useTranslation("insight");
  const format = useFormat();
  const { change, href } = useAddress();
  const name = useGroupName(held);
  const each = (sum: number, group: Group): number => (group.customers ? Math.round((sum / group.customers) * 100) / 100 : 0);
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 16, top: 44, bottom: 24, containLabel: true },
      legend: { top: 4 },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      xAxis: { type: "category", data: held.groups.map(name), name: t("ltv.repeatsBefore"), nameLocation: "middle", nameGap: 28 },
      yAxis: { type: "value" },
      series: [
        { type: "bar", name: t("ltv.actual"), data: held.groups.map((group) => each(group.actual, group)) },
        { type: "bar", name: t("ltv.expected"), data: held.groups.map((group) => each(group.expected, group)) },
      ],
    }),
    [held.groups, name, t],
  );
  const columns: ChartColumn<Group>[] = [
    { title: t("ltv.repeatsBefore"), value: name },
    {
      title: t("ltv.customers"),
      value: (group) => group.customers,
      shown: (group) => <Link to={href({ came: String(group.repeats) })}>{format.count(group.customers)}</Link>,
    },
    { title: t("ltv.actual"), value: (group) => group.actual },
    { title: t("ltv.expected"), value: (group) => Math.round(group.expected * 10) / 10 },
  ];
  return (
    <ChartFrame
      title={t("ltv.calibration")}
      what={t("ltv.calibrationWhat")}
      option={option}
      rows={held.groups}
      columns={columns}
      file="ltv-calibration"
      onSelect={({ dataIndex }) => {
        const group = held.groups[dataIndex ?? -1];
        if (group) change({ came: String(group.repeats) });
      }}
    />
  );
}

/** Those who had come back so often before the held-out period. */
function GroupPeople({ held, fittedAt }: { held: Held; fittedAt: string }) {
  const { t } = useTranslation("insight");
  const { search, change } = useAddress();
  const name = useGroupName(held);
  const came = search.get("came");
  const group = held.groups.find(({ repeats }) => String(repeats) === came);
  return (
    <PeopleDrawer
      open={group !== undefined}
      title={group && t("ltv.peopleCame", { repeats: name(group), until: held.until })}
      what={t("ltv.peopleCameWhat", { until: held.until })}
      queryKey={["ltv", "calibration", fittedAt, came]}
      load={async (cursor, signal) => {
        const query = { fitted_at: fittedAt, until: held.until, repeats: group?.repeats ?? 0, cursor };
        return await answered(api.GET("/api/v1/insight/lifetime/calibration/people", { signal, params: { query } }));
      }}
      onClose={() => change({ came: null })}
    />
  );
}
