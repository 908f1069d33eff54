import { answered, api, type Schema } from "@siyu/api";
import { Count, ErrorNote, Sideways, useFormat } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Flex, InputNumber, Table, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import { useUnitName } from "../units";
import { ByUnit } from "./ByUnit";
import { Field, Part } from "./fields";
import type { MemberTasks } from "./types";

type Found = Schema<"TaskPreviewRead">;
type Line = Schema<"TaskLineRead">;

/** Who would have done these tasks of late, how often, and what that costs; asked for, as the timeline is read for it. Nothing is changed. */
export function TaskPreview({ rules }: { rules: MemberTasks }) {
  const { t } = useTranslation("members");
  const { count } = useFormat();
  const [days, setDays] = useState(30);
  const asking = useMutation({ mutationFn: (asked: MemberTasks) => answered(api.POST("/api/v1/ledger/tasks/preview", { body: { rules: { ...asked }, days } })) });
  const stale = asking.variables !== undefined && asking.variables !== rules;
  const found = asking.data;
  return (
    <Part title={t("taskPreview.title")} what={t("taskPreview.what")}>
      <Flex vertical gap="small">
        <Flex gap="small" align="end" wrap>
          <Field label={t("taskPreview.days")}>
            <InputNumber<number> aria-label={t("taskPreview.days")} min={1} max={90} precision={0} value={days} onChange={(next) => setDays(next ?? 30)} style={{ width: 120 }} />
          </Field>
          <Button disabled={rules.tasks.length === 0} loading={asking.isPending} onClick={() => asking.mutate(rules)}>
            {t(stale ? "tiers.previewAgain" : "taskPreview.now")}
          </Button>
        </Flex>
        <ErrorNote error={stale ? null : asking.error} />
        {found && (
          <Flex vertical gap="small" style={{ opacity: stale ? 0.55 : 1 }} aria-live="polite">
            <Typography.Text type="secondary">
              {stale && `${t("tiers.previewStale")} `}
              {t("taskPreview.done", { first: found.first, last: found.last, people: count(found.people) })}
            </Typography.Text>
            <ByTask found={found} />
            <ByUnit lines={found.lines} label={t("taskPreview.byUnit")} title={t("taskPreview.byUnit")} />
          </Flex>
        )}
      </Flex>
    </Part>
  );
}

function ByTask({ found }: { found: Found }) {
  const { t } = useTranslation("members");
  const { count } = useFormat();
  const unit = useUnitName();
  const may = useMay();
  const gives = (one: Line): string => one.gives.map((each) => t("says.reward", { amount: count(each.amount), unit: unit(each.unit) })).join(t("says.and"));
  return (
    <Sideways label={t("taskPreview.byTask")}>
      <Table<Line>
        aria-label={t("taskPreview.byTask")}
        size="small"
        rowKey="code"
        pagination={false}
        dataSource={found.tasks}
        columns={[
          { title: t("tasks.name"), render: (_, one) => one.name },
          { title: t("tiers.people"), align: "right", render: (_, one) => <Count value={one.people} /> },
          { title: t("taskPreview.times"), align: "right", render: (_, one) => <Count value={one.times} /> },
          { title: t("taskPreview.timesInForce"), align: "right", render: (_, one) => <Count value={one.in_force} /> },
          { title: t("taskPreview.gives"), render: (_, one) => gives(one) },
          ...(may("customers.read") ? [{ title: t("taskPreview.some"), render: (_: unknown, one: Line) => <Flex gap={8} wrap>{one.some.map((id) => <Link key={id} to={`/customers/${id}/timeline`} target="_blank">#{id}</Link>)}</Flex> }] : []),
        ]}
      />
    </Sideways>
  );
}
