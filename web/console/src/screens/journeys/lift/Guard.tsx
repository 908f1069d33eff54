import { answered, api, type Schema } from "@siyu/api";
import { Count, ErrorNote, Loaded, Share, useFormat, useLanguage, When } from "@siyu/kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Badge, Button, Card, Flex, Form, Input, Modal, Table, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { GuardSettings } from "../../touch/programme/GuardSettings";

type State = Schema<"Guard">;
type Harm = Schema<"Harm">;

const LEAST_REASON = 3;

/** How the harm guard stands with a programme, and the way on where it stopped it. */
export function Guard({ programme }: { programme: number }) {
  const key = ["touch", "guard", programme];
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => answered(api.GET("/api/v1/touch/programmes/{programme_id}/guard", { signal, params: { path: { programme_id: programme } } })) });
  return <Loaded query={query}>{(guard) => <Standing guard={guard} queryKey={key} />}</Loaded>;
}

function Standing({ guard, queryKey }: { guard: State; queryKey: readonly unknown[] }) {
  const { t } = useTranslation("journeys");
  const language = useLanguage();
  const may = useMay();
  const { count } = useFormat();
  const [asked, setAsked] = useState(false);
  const seen = guard.watched;
  return (
    <Card
      size="small"
      title={<h2 style={{ fontSize: 16, margin: 0 }}>{t("lift.guard")}</h2>}
      extra={
        <Flex gap="middle" align="center" wrap>
          <Badge status={guard.watching ? "success" : "warning"} text={t(guard.watching ? "lift.watching" : "lift.notWatching")} />
          {may("touch.manage") && <GuardSettings key={`${guard.watching} ${guard.tolerated}`} guard={guard} />}
        </Flex>
      }
    >
      <Flex vertical gap="small">
        <Typography.Text type="secondary">
          {t("lift.harmWhat")} {t("lift.limit", { times: count(guard.tolerated) })}
        </Typography.Text>
        {guard.halted_at && (
          <Alert
            type="error"
            showIcon
            title={t("lift.halted")}
            description={
              <>
                {language === "zh" ? guard.said_zh : guard.said_en} <When at={guard.halted_at} />
              </>
            }
            action={
              may("touch.manage") && (
                <Button danger onClick={() => setAsked(true)}>
                  {t("lift.resume")}
                </Button>
              )
            }
          />
        )}
        {!seen || seen.blind ? (
          <Typography.Text>{t(seen?.blind ? "lift.harmBlind" : "lift.harmNothing")}</Typography.Text>
        ) : (
          <>
            {!guard.halted_at && <Alert type={seen.alarm ? "error" : "success"} showIcon title={t(seen.alarm ? "lift.harmAlarm" : "lift.harmFine")} />}
            <Harms harms={seen.harms} />
          </>
        )}
        {guard.checked_at && (
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {t("lift.checkedAt")} <When at={guard.checked_at} />
          </Typography.Text>
        )}
      </Flex>
      {asked && <Resume programme={guard.programme_id} queryKey={queryKey} onClose={() => setAsked(false)} />}
    </Card>
  );
}

function Harms({ harms }: { harms: readonly Harm[] }) {
  const { t } = useTranslation("journeys");
  const { count } = useFormat();
  const times = (harm: Harm): string => (harm.high == null ? t("lift.timesFrom", { low: times1(harm.low) }) : t("lift.timesBetween", { low: times1(harm.low), high: times1(harm.high) }));
  const times1 = (value: number): string => count(Math.round(value * 100) / 100);
  return (
    <Table<Harm>
      aria-label={t("lift.harm")}
      size="small"
      rowKey="kind"
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={[...harms]}
      columns={[
        { title: t("lift.harmKind"), render: (_, one) => t(`lift.harms.${one.kind}`) },
        { title: t("lift.treated"), align: "right", render: (_, one) => <People people={one.treated} rate={one.treated_rate} /> },
        { title: t("lift.control"), align: "right", render: (_, one) => <People people={one.control} rate={one.control_rate} /> },
        { title: t("lift.times"), render: (_, one) => times(one) },
      ]}
    />
  );
}

function People({ people, rate }: { people: number; rate: number }) {
  return (
    <>
      <Count value={people} /> (<Share value={rate} digits={2} />)
    </>
  );
}

function Resume({ programme, queryKey, onClose }: { programme: number; queryKey: readonly unknown[]; onClose: () => void }) {
  const { t } = useTranslation("journeys");
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const doing = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/touch/programmes/{programme_id}/resume", { params: { path: { programme_id: programme } }, body: { reason } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey });
      onClose();
    },
  });
  return (
    <Modal open title={t("lift.resume")} okText={t("lift.resume")} okButtonProps={{ danger: true, disabled: reason.trim().length < LEAST_REASON }} confirmLoading={doing.isPending} onOk={() => doing.mutate()} onCancel={onClose}>
      <p>{t("lift.resumeWhat")}</p>
      <ErrorNote error={doing.error} />
      <Form layout="vertical" component="div">
        <Form.Item label={t("forms.reason")} extra={t("forms.reasonWhat")} required>
          <Input aria-label={t("forms.reason")} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
