import type { Schema } from "@siyu/api";
import { ErrorNote, useFormat } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { ByUnit } from "./ByUnit";
import { Part } from "./fields";

type Found = Schema<"MonthPreviewRead">;

/** What these rules would have given last month, beside what those in force give; asked for, as all of it is read. Nothing is changed. */
export function MonthPreview<Rules extends object>({ rules, ask, counted }: { rules: Rules; ask: (rules: Rules) => Promise<Found>; counted: "orders" | "days" }) {
  const { t } = useTranslation("members");
  const { count } = useFormat();
  const asking = useMutation({ mutationFn: ask });
  const stale = asking.variables !== undefined && asking.variables !== rules;
  const found = asking.data;
  return (
    <Part title={t("month.title")} what={t("month.what")}>
      <Flex vertical gap="small">
        <Button style={{ alignSelf: "flex-start" }} loading={asking.isPending} onClick={() => asking.mutate(rules)}>
          {t(stale ? "tiers.previewAgain" : "month.now")}
        </Button>
        <ErrorNote error={stale ? null : asking.error} />
        {found && (
          <div style={{ opacity: stale ? 0.55 : 1 }} aria-live="polite">
            <Typography.Paragraph type="secondary">
              {stale && `${t("tiers.previewStale")} `}
              {t(`month.${counted}`, { first: found.first, last: found.last, counted: count(found.counted), people: count(found.people) })}
            </Typography.Paragraph>
            <ByUnit lines={found.lines} label={t("month.title")} title={t("form.unit")} />
          </div>
        )}
      </Flex>
    </Part>
  );
}
