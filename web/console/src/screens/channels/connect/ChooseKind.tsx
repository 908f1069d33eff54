import { Empty } from "@siyu/kit";
import { Button, Card, Col, Flex, Row, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { useSaid, type Kind } from "../accounts";

/** What can be connected, with what it can do. */
export function ChooseKind({ kinds, onChoose }: { kinds: readonly Kind[]; onChoose: (channel: string) => void }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const said = useSaid();
  if (!may("channels.manage")) return <Empty title={t("connect.notAllowed")} />;
  if (kinds.length === 0) return <Empty title={t("connect.noKinds")} />;
  return (
    <Row gutter={[16, 16]}>
      {kinds.map((kind) => (
        <Col key={kind.channel} xs={24} md={12} xl={8}>
          <Card size="small" title={<Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>{said(kind)}</Typography.Title>} style={{ height: "100%" }} styles={{ body: { height: "calc(100% - 40px)" } }}>
            <Flex vertical gap="middle" justify="space-between" style={{ height: "100%" }}>
              <Flex gap={4} wrap aria-label={t("connect.can")}>
                {kind.capabilities.map((one) => (
                  <Tag key={one}>{t(`capability.${one}`)}</Tag>
                ))}
              </Flex>
              <Button type="primary" onClick={() => onChoose(kind.channel)} aria-label={t("connect.chooseOne", { kind: said(kind) })} style={{ alignSelf: "flex-start" }}>
                {t("connect.choose")}
              </Button>
            </Flex>
          </Card>
        </Col>
      ))}
    </Row>
  );
}
