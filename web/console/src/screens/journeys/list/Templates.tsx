import { ArrowLeftOutlined } from "@ant-design/icons";
import { Loaded, Page, useInAddress } from "@siyu/kit";
import { Button, Card, Col, Flex, Row, theme, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import { Canvas } from "../canvas/Canvas";
import { useTemplates, type Template } from "../journey";
import { useSentences } from "../sentences";
import { Create } from "./Create";

export function Back() {
  const { t } = useTranslation("journeys");
  return (
    <div style={{ marginBottom: 8 }}>
      <Link to="/journeys">
        <ArrowLeftOutlined /> {t("back")}
      </Link>
    </div>
  );
}

/** Journeys to begin with, each with its canvas. */
export function Templates() {
  const { t } = useTranslation("journeys");
  return (
    <Page title={t("templates.title")} what={t("templates.what")} above={<Back />}>
      <Loaded query={useTemplates()}>{(templates) => <Gallery templates={templates} />}</Loaded>
    </Page>
  );
}

function Gallery({ templates }: { templates: readonly Template[] }) {
  const { t } = useTranslation("journeys");
  const may = useMay();
  const [key, setKey] = useInAddress("key");
  const [open, setOpen] = useState(false);
  const shown = templates.find((one) => one.key === key) ?? templates[0];
  return (
    <Row gutter={[16, 16]}>
      <Col xs={24} xl={9}>
        <Flex vertical gap="small" role="radiogroup" aria-label={t("templates.choose")}>
          {templates.map((one) => (
            <Choice key={one.key} template={one} chosen={one === shown} onChoose={() => setKey(one.key, true)} />
          ))}
        </Flex>
      </Col>
      <Col xs={24} xl={15}>
        {shown && (
          <Card
            size="small"
            title={
              <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
                {shown.name}
              </Typography.Title>
            }
            extra={
              may("journeys.manage") && (
                <Button type="primary" onClick={() => setOpen(true)}>
                  {t("templates.use")}
                </Button>
              )
            }
          >
            <Canvas key={shown.key} definition={shown.definition} height={640} />
          </Card>
        )}
      </Col>
      <Create open={open} template={shown} onClose={() => setOpen(false)} />
    </Row>
  );
}

function Choice({ template, chosen, onChoose }: { template: Template; chosen: boolean; onChoose: () => void }) {
  const { t } = useTranslation("journeys");
  const { token } = theme.useToken();
  const say = useSentences();
  return (
    <button
      type="button"
      role="radio"
      aria-checked={chosen}
      onClick={onChoose}
      style={{
        textAlign: "start",
        font: "inherit",
        color: token.colorText,
        padding: 12,
        cursor: "pointer",
        background: chosen ? token.colorPrimaryBg : token.colorBgContainer,
        border: `1px solid ${chosen ? token.colorPrimary : token.colorBorderSecondary}`,
        borderRadius: token.borderRadiusLG,
      }}
    >
      <strong>{template.name}</strong>
      <div style={{ color: token.colorTextSecondary, margin: "4px 0" }}>{template.about}</div>
      <div style={{ fontSize: 12, color: token.colorTextSecondary }}>
        {say.trigger(template.definition.trigger)} · {t("templates.steps", { count: Object.keys(template.definition.steps).length })}
      </div>
    </button>
  );
}
