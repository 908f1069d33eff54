import type { Schema } from "@siyu/api";
import { Count } from "@siyu/kit";
import { Table } from "antd";
import { useTranslation } from "react-i18next";

import { useUnitName } from "../units";

type Line = Schema<"MonthPreviewRead">["lines"][number];

/** What rules would give of each unit, beside what those in force give. */
export function ByUnit({ lines, label, title }: { lines: readonly Line[]; label: string; title: string }) {
  const { t } = useTranslation("members");
  const unit = useUnitName();
  return (
    <Table<Line>
      aria-label={label}
      size="small"
      rowKey="unit"
      pagination={false}
      locale={{ emptyText: t("month.nothing") }}
      dataSource={lines}
      columns={[
        { title, render: (_, one) => unit(one.unit) },
        { title: t("month.amount"), align: "right", render: (_, one) => <Count value={one.amount} /> },
        { title: t("month.inForce"), align: "right", render: (_, one) => <Count value={one.in_force} /> },
      ]}
    />
  );
}
