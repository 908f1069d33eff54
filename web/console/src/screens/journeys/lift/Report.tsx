import { answered, api, type Schema } from "@siyu/api";
import { Count, Empty, Loaded, Money, Share, StatCard, useFormat, useInAddress } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Alert, Card, Col, Flex, Row, Segmented, Table, Tag, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { Costs } from "../../touch/programme/Costs";
import { Groups } from "../../touch/programme/Groups";
import { JOURNEYS, type Journey } from "../journey";
import { Forest } from "./Forest";
import { Guard } from "./Guard";

export type Lift = Schema<"Lift">;
export type Outcome = Lift["outcomes"][number];

const DAYS = ["7", "14", "30", "90"] as const;
const COLOURS = { more: "success", less: "error", not_enough: "default" } as const;

/** What a journey brought, once it was started: treated against control. */
export function Report({ journey }: { journey: Journey }) {
  const { t } = useTranslation("journeys");
  const may = useMay();
  const [chosen, setDays] = useInAddress("days");
  const days = DAYS.find((one) => one === chosen) ?? "30";
  const id = journey.programme_id;
  const query = useQuery({
    queryKey: [...JOURNEYS, "lift", id, days],
    enabled: id > 0 && may("insight.read"),
    queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/lift/{programme_id}", { signal, params: { path: { programme_id: id }, query: { days: Number(days) } } })),
  });
  if (!id) return <Empty title={t("lift.notStarted")} />;
  return (
    <Flex vertical gap="middle">
      <Flex gap="small" align="center" wrap>
        <span>{t("lift.days")}</span>
        <Segmented aria-label={t("lift.days")} value={days} options={DAYS.map((value) => ({ value, label: t("lift.daysOf", { count: Number(value) }) }))} onChange={(value) => setDays(value, true)} />
      </Flex>
      {may("insight.read") && <Loaded query={query}>{(lift) => <Brought lift={lift} />}</Loaded>}
      {may("touch.read") && <Guard programme={id} />}
      <Groups programme={id} />
      <Costs programme={id} />
    </Flex>
  );
}

function Brought({ lift }: { lift: Lift }) {
  const { t } = useTranslation("journeys");
  const { count, money } = useFormat();
  const range = lift.gain_low_fen == null || lift.gain_high_fen == null ? t("lift.noLine") : `${money(lift.gain_low_fen)} – ${money(lift.gain_high_fen)}`;
  return (
    <>
      {lift.unbalanced && <Alert type="error" showIcon title={t("lift.unbalanced")} />}
      {lift.mixed > 0 && <Alert type="info" showIcon title={t("lift.mixed", { count: lift.mixed })} />}
      {lift.blind > 0 && <Alert type="info" showIcon title={t("lift.blind", { count: lift.blind })} />}
      <Row gutter={[12, 12]}>
        <Col flex="1 1 150px">
          <StatCard label={t("lift.exposedTreated")} value={<Count value={lift.treated} />} />
        </Col>
        <Col flex="1 1 150px">
          <StatCard label={t("lift.exposedControl")} value={<Count value={lift.control} />} />
        </Col>
        <Col flex="1 1 150px">
          <StatCard label={t("lift.cost")} value={<Money fen={lift.cost_fen} />} />
        </Col>
        <Col flex="1 1 220px">
          <StatCard
            label={t("lift.gain")}
            what={t("lift.gainWhat")}
            value={
              <>
                {lift.gain_low_fen == null ? "—" : <Money fen={lift.gain_fen} />}
                <div style={{ fontSize: 12 }}>{`${t("lift.interval")}: ${range}`}</div>
              </>
            }
          />
        </Col>
      </Row>
      {lift.outcomes.length === 0 ? <Alert type="info" showIcon title={t("lift.nobody")} /> : <Outcomes title={t("lift.outcomes")} outcomes={lift.outcomes} />}
      {lift.arms.map((arm) => (
        <Outcomes key={arm.arm} title={`${t("lift.arms")} ${arm.arm} (${count(arm.exposed)})`} outcomes={arm.outcomes} />
      ))}
    </>
  );
}

/** Each outcome with its interval, as a line around zero and in figures. */
function Outcomes({ title, outcomes }: { title: string; outcomes: readonly Outcome[] }) {
  const { t } = useTranslation("journeys");
  const { count, share } = useFormat();
  return (
    <Card size="small" title={<h2 style={{ fontSize: 16, margin: 0 }}>{title}</h2>}>
      <Typography.Paragraph type="secondary">{t("lift.outcomesWhat")}</Typography.Paragraph>
      <Table<Outcome>
        aria-label={title}
        size="small"
        rowKey="outcome"
        pagination={false}
        scroll={{ x: 900 }}
        dataSource={[...outcomes]}
        columns={[
          { title: "", width: 110, render: (_, one) => <strong>{t(`lift.outcome.${one.outcome}`)}</strong> },
          { title: t("lift.treated"), align: "right", width: 110, render: (_, one) => <Amount of={one} value={one.treated} /> },
          { title: t("lift.control"), align: "right", width: 110, render: (_, one) => <Amount of={one} value={one.control} /> },
          { title: t("lift.difference"), align: "right", width: 110, render: (_, one) => <Amount of={one} value={one.difference} signed /> },
          { title: t("lift.interval"), width: 260, render: (_, one) => <Forest outcome={one} /> },
          {
            title: "",
            render: (_, one) => (
              <Flex vertical gap={2}>
                <span>
                  <Tag color={COLOURS[one.verdict]} style={{ margin: 0 }}>
                    {t(`lift.verdict.${one.verdict}`)}
                  </Tag>{" "}
                  {one.saved > 0.005 && (
                    <Tooltip title="CUPED">
                      <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                        {t("lift.saved", { share: share(one.saved, 0) })}
                      </Typography.Text>
                    </Tooltip>
                  )}
                </span>
                {one.verdict === "not_enough" && (
                  <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                    {one.more_people == null ? t("lift.moreUnknown") : t("lift.moreNeeded", { people: count(one.more_people) })}
                  </Typography.Text>
                )}
              </Flex>
            ),
          },
        ]}
      />
    </Card>
  );
}

/** Money in yuan, the others as a share of people. */
export function Amount({ of, value, signed = false }: { of: Pick<Outcome, "outcome">; value: number; signed?: boolean }) {
  const sign = signed && value > 0 ? "+" : "";
  return (
    <>
      {sign}
      {of.outcome === "money" || of.outcome === "predicted" ? <Money fen={Math.round(value)} /> : <Share value={value} digits={2} />}
    </>
  );
}
