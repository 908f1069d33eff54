import { EditOutlined, ReloadOutlined, TeamOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Count, Loaded, Page, StatCard, useInAddress, useShowError, When } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Col, Flex, Row, Tabs, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";

import { useMay } from "../../../app/session";
import { PeopleDrawer } from "../../insight/people/PeopleDrawer";
import { Back } from "../Back";
import { Delete } from "../Delete";
import { LiveTag } from "../LiveTag";
import { useSegment, useSentence, useUses, waits, type Segment } from "../segment";
import { Evaluations } from "./Evaluations";
import { Moves } from "./Moves";
import { Overlaps } from "./Overlaps";

const TABS = ["moves", "overlap", "evaluations"] as const;

/** One segment: who, how many, who came and went, how it lies to others. */
export function SegmentPage() {
  const query = useSegment(Number(useParams()["id"]));
  return <Loaded query={query}>{(segment) => <Whole key={segment.id} segment={segment} />}</Loaded>;
}

function Whole({ segment }: { segment: Segment }) {
  const { t } = useTranslation("segments");
  const [tab, setTab] = useInAddress("tab");
  const here = TABS.find((one) => one === tab) ?? "moves";
  const content = { moves: <Moves segment={segment} />, overlap: <Overlaps segment={segment} />, evaluations: <Evaluations segment={segment} /> };
  return (
    <Page title={segment.name} what={segment.note} above={<Back />} actions={<Actions segment={segment} />}>
      <Flex vertical gap="middle">
        {waits(segment) && <Alert type="info" showIcon title={t("page.waits")} />}
        <Standing segment={segment} />
        <Tabs activeKey={here} onChange={(next) => setTab(next === "moves" ? null : next)} destroyOnHidden items={TABS.map((key) => ({ key, label: t(`page.${key}`), children: key === here ? content[key] : null }))} />
      </Flex>
      <Members segment={segment} />
    </Page>
  );
}

function Standing({ segment }: { segment: Segment }) {
  const { t } = useTranslation("segments");
  const sentence = useSentence();
  const users = useUses().data?.get(segment.id) ?? [];
  return (
    <Row gutter={[16, 16]}>
      <Col xs={12} lg={5}>
        <StatCard label={t("column.people")} value={<Count value={segment.people} />} what={t("page.peopleWhat")} />
      </Col>
      <Col xs={12} lg={5}>
        <StatCard label={t("column.evaluated")} value={<When at={segment.evaluated_at} ago />} what={segment.took_ms === null ? undefined : t("page.took", { ms: String(segment.took_ms) })} />
      </Col>
      <Col xs={24} lg={14}>
        <Card size="small" style={{ height: "100%" }}>
          <Flex vertical gap={6}>
            <Flex gap="small" align="center" wrap>
              <Typography.Text type="secondary">{t("page.rule", { version: String(segment.version) })}</Typography.Text>
              <LiveTag live={segment.live} />
            </Flex>
            <Typography.Text>{sentence(segment)}</Typography.Text>
            {users.length > 0 && (
              <Flex gap={4} align="center" wrap>
                <Typography.Text type="secondary">{t("page.usedBy")}</Typography.Text>
                {users.map((name) => (
                  <Tag key={name} style={{ margin: 0 }}>
                    {name}
                  </Tag>
                ))}
              </Flex>
            )}
          </Flex>
        </Card>
      </Col>
    </Row>
  );
}

function Actions({ segment }: { segment: Segment }) {
  const { t } = useTranslation("segments");
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const showError = useShowError();
  const [, show] = useInAddress("people");
  const again = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/segments/{segment_id}/evaluate", { params: { path: { segment_id: segment.id } } })),
    onSuccess: () => {
      void message.success(t("page.asked"));
      setTimeout(() => void client.invalidateQueries({ queryKey: ["segments"] }), 3000);
    },
    onError: showError,
  });
  return (
    <>
      <Button type="primary" icon={<TeamOutlined />} disabled={segment.people === null} onClick={() => show("1")}>
        {t("people.show")}
      </Button>
      {may("segments.manage") && (
        <>
          <Button icon={<EditOutlined />} onClick={() => void navigate(`/segments/${segment.id}/edit`)}>
            {t("page.edit")}
          </Button>
          <Button icon={<ReloadOutlined />} loading={again.isPending} onClick={() => again.mutate()}>
            {t("page.again")}
          </Button>
          <Delete segment={segment} />
        </>
      )}
    </>
  );
}

function Members({ segment }: { segment: Segment }) {
  const sentence = useSentence();
  const [shown, show] = useInAddress("people");
  return (
    <PeopleDrawer
      open={shown !== null}
      title={segment.name}
      what={sentence(segment)}
      queryKey={["segments", segment.id, segment.evaluated_at]}
      load={(cursor, signal) => answered(api.GET("/api/v1/segments/{segment_id}/people", { signal, params: { path: { segment_id: segment.id }, query: { cursor } } }))}
      onClose={() => show(null)}
    />
  );
}
