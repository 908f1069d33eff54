import { answered, api } from "@siyu/api";
import { Count, Empty, Loaded, Share, Sideways, useFormat } from "@siyu/kit";
import { Alert, Card, Flex, Form, InputNumber, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { WithReason } from "../WithReason";
import { useProgramme, useProgrammeAgain, type Counted } from "./programme";

const USUAL_BP = 1000;

/** Who is in which group of a programme, and how many of those who come are left alone. */
export function Groups({ programme }: { programme: number }) {
  return <Loaded query={useProgramme(programme)}>{(found) => <Standing key={found.programme.control_bp} found={found} />}</Loaded>;
}

function Standing({ found: { programme, counts } }: { found: Counted }) {
  const { t } = useTranslation("touch");
  const { share } = useFormat();
  return (
    <Card
      size="small"
      title={<h2 style={{ fontSize: 16, margin: 0 }}>{t("settings.groups")}</h2>}
      extra={useMay()("journeys.manage") && <ChangeShare id={programme.id} now={programme.control_bp} />}
    >
      <Flex vertical gap="small">
        <Typography.Text type="secondary">{t("settings.groupsWhat", { share: share(programme.control_bp / 10_000) })}</Typography.Text>
        {programme.control_bp === 0 && <Alert type="warning" showIcon title={t("settings.none")} />}
        {programme.arms.length > 0 && (
          <div>
            {t("settings.arms")}{" "}
            {programme.arms.map((arm) => (
              <Tag key={arm.name}>{t("settings.arm", { name: arm.name, weight: String(arm.weight) })}</Tag>
            ))}
            <Typography.Text type="secondary">{t("settings.armsWhat")}</Typography.Text>
          </div>
        )}
        {counts.length === 0 ? (
          <Empty title={t("settings.nobodyYet")} />
        ) : (
          <Sideways label={t("settings.groups")}>
            <Table<Counted["counts"][number]>
              aria-label={t("settings.groups")}
              size="small"
              pagination={false}
              rowKey={(row) => `${row.group} ${row.arm ?? ""}`}
              dataSource={counts}
              columns={[
                { title: t("settings.column.group"), render: (_, row) => t(`settings.group.${row.group}`) },
                ...(programme.arms.length ? [{ title: t("settings.column.arm"), render: (_: unknown, row: Counted["counts"][number]) => row.arm ?? "—" }] : []),
                { title: t("settings.column.assigned"), align: "right", render: (_, row) => <Count value={row.assigned} /> },
                { title: t("settings.column.exposed"), align: "right", render: (_, row) => <Count value={row.exposed} /> },
                { title: t("settings.column.mixed"), align: "right", render: (_, row) => <Count value={row.mixed} /> },
                { title: t("programme.share"), align: "right", render: (_, row) => <Share value={row.assigned / counts.reduce((sum, one) => sum + one.assigned, 0)} /> },
              ]}
            />
          </Sideways>
        )}
      </Flex>
    </Card>
  );
}

function ChangeShare({ id, now }: { id: number; now: number }) {
  const { t } = useTranslation("touch");
  const again = useProgrammeAgain();
  const [bp, setBp] = useState(now);
  return (
    <WithReason
      size="small"
      label={t("settings.change")}
      title={t("settings.changeTitle")}
      ready={bp !== now}
      onDone={async (reason) => {
        await answered(api.PUT("/api/v1/programmes/{programme_id}/control", { params: { path: { programme_id: id } }, body: { control_bp: bp, reason } }));
        await again();
      }}
    >
      <p>{t("settings.changeWhat")}</p>
      <Form layout="vertical" component="div">
        <Form.Item label={t("settings.share")} extra={bp === 0 ? t("settings.none") : bp < USUAL_BP ? t("settings.small") : undefined} required>
          <InputNumber<number> aria-label={t("settings.share")} min={0} max={90} precision={2} suffix="%" value={bp / 100} onChange={(share) => setBp(Math.round((share ?? now / 100) * 100))} style={{ width: 130 }} />
        </Form.Item>
      </Form>
    </WithReason>
  );
}
