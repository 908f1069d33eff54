import { answered, api, type Schema } from "@siyu/api";
import { Count, Empty, Loaded, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { waits, type Segment } from "../segment";

type Evaluation = Schema<"Evaluation">;
const CAUSES = ["first", "changed", "nightly", "asked"] as const;

/** Every full evaluation: how many there were, who was others than before, how long it took. */
export function Evaluations({ segment }: { segment: Segment }) {
  const { t } = useTranslation("segments");
  const query = useQuery({
    queryKey: ["segments", segment.id, "evaluations", segment.evaluated_at],
    refetchInterval: waits(segment) ? 3000 : false,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/segments/{segment_id}/evaluations", { signal, params: { path: { segment_id: segment.id } } })),
  });
  const cause = (name: string): string => {
    const known = CAUSES.find((one) => one === name);
    return known ? t(`evaluation.${known}`) : name;
  };
  return (
    <>
      <Typography.Paragraph type="secondary">{t("evaluation.what")}</Typography.Paragraph>
      <Loaded query={query}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t("waiting")} />
          ) : (
            <Table<Evaluation>
              aria-label={t("page.evaluations")}
              size="small"
              pagination={false}
              rowKey={(row) => row.at}
              dataSource={rows}
              columns={[
                { title: t("evaluation.at"), render: (_, row) => <When at={row.at} precision="second" /> },
                { title: t("evaluation.cause"), render: (_, row) => <Tag>{cause(row.cause)}</Tag> },
                { title: t("evaluation.version"), align: "right", render: (_, row) => row.version },
                { title: t("column.people"), align: "right", render: (_, row) => <Count value={row.people} /> },
                { title: t("moves.entered"), align: "right", render: (_, row) => <Count value={row.entered} /> },
                { title: t("moves.left"), align: "right", render: (_, row) => <Count value={row.left} /> },
                { title: t("column.took"), align: "right", render: (_, row) => t("ms", { ms: String(row.took_ms) }) },
              ]}
            />
          )
        }
      </Loaded>
    </>
  );
}
