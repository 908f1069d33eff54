import { DownloadOutlined } from "@ant-design/icons";
import { Empty, useInAddress } from "@siyu/kit";
import { Button, Card, Col, Flex, Form, Input, Row, Segmented, theme as antTheme, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Copied } from "../../connect/Copied";
import { pictureOf, type Code } from "../codes";
import { Heading } from "../form/Roster";

const THEMES = ["plain", "red", "green", "night"] as const;

/** The QR of the code or of its page, and a poster with it. */
export function Pictures({ code }: { code: Code }) {
  const { t } = useTranslation("channels");
  const [wanted, want] = useInAddress("of");
  const of = wanted === "page" ? "page" : "code";
  const there = of === "page" || code.pictured;
  return (
    <Flex vertical gap="middle">
      <Flex gap="middle" align="center" wrap>
        <Segmented aria-label={t("qr.of")} value={of} options={(["code", "page"] as const).map((value) => ({ value, label: t(`qr.kinds.${value}`) }))} onChange={(value) => want(value === "page" ? value : null, true)} />
        <Typography.Text type="secondary">{t(of === "page" ? "qr.what.page" : `qr.what.${code.kind}`)}</Typography.Text>
      </Flex>
      <Row gutter={[16, 16]}>
        <Col xs={24} lg={10}>
          <Card size="small" title={<Heading text={t("qr.title")} />} style={{ height: "100%" }}>
            {there ? <Qr code={code} of={of} /> : <Empty title={t(code.archived_at ? "qr.gone" : "qr.notYet")} />}
          </Card>
        </Col>
        <Col xs={24} lg={14}>
          <Card size="small" title={<Heading text={t("poster.title")} />} style={{ height: "100%" }}>
            {there ? <Poster code={code} of={of} /> : <Empty title={t(code.archived_at ? "qr.gone" : "qr.notYet")} />}
          </Card>
        </Col>
      </Row>
    </Flex>
  );
}

interface Props {
  code: Code;
  of: "code" | "page";
}

function Qr({ code, of }: Props) {
  const { t } = useTranslation("channels");
  const { token } = antTheme.useToken();
  const address = of === "page" ? code.page_url : code.url;
  // What the platform has drawn comes as it is; only what we draw can be had in lines.
  const drawn = of === "page" || code.url !== "";
  return (
    <Flex vertical gap="middle" align="center">
      <img src={pictureOf(code.id, "qr", { of, form: "png", v: code.updated_at })} alt={t("qr.alt", { name: code.name })} width={240} height={240} style={{ background: token.colorWhite, borderRadius: token.borderRadiusLG, objectFit: "contain" }} />
      <Flex gap="small" wrap justify="center">
        <Button icon={<DownloadOutlined />} href={pictureOf(code.id, "qr", { of, form: "png" })} download={`${code.name}.png`}>
          PNG
        </Button>
        {drawn && (
          <Button icon={<DownloadOutlined />} href={pictureOf(code.id, "qr", { of, form: "svg" })} download={`${code.name}.svg`}>
            SVG
          </Button>
        )}
      </Flex>
      <div style={{ width: "100%" }}>
        {address && <Copied label={t(of === "page" ? "qr.pageUrl" : "qr.url")} value={address} />}
        <Copied label={t("codes.state")} value={code.state} />
      </div>
    </Flex>
  );
}

function Poster({ code, of }: Props) {
  const { t } = useTranslation("channels");
  const { token } = antTheme.useToken();
  const [theme, setTheme] = useInAddress("theme");
  const [asked, ask] = useInAddress("poster");
  const [title, setTitle] = useState(asked ?? "");
  const chosen = THEMES.find((one) => one === theme) ?? "plain";
  const address = pictureOf(code.id, "poster", { of, theme: chosen, title: asked ?? "" });
  return (
    <Row gutter={[16, 16]}>
      <Col xs={24} sm={12}>
        <Form layout="vertical" onFinish={() => ask(title.trim() || null, true)}>
          <Form.Item label={t("poster.heading")} extra={t("poster.headingHint")} htmlFor="poster-title">
            <Input id="poster-title" value={title} maxLength={60} placeholder={code.name} onChange={(event) => setTitle(event.target.value)} onBlur={() => ask(title.trim() || null, true)} />
          </Form.Item>
          <Form.Item label={t("poster.theme")}>
            <Segmented aria-label={t("poster.theme")} value={chosen} options={THEMES.map((value) => ({ value, label: t(`poster.themes.${value}`) }))} onChange={(value) => setTheme(value === "plain" ? null : value, true)} />
          </Form.Item>
          <Button type="primary" icon={<DownloadOutlined />} href={address} download={`${code.name}.svg`}>
            {t("poster.download")}
          </Button>
          <Typography.Paragraph type="secondary" style={{ marginTop: 8 }}>
            {t("poster.print")}
          </Typography.Paragraph>
        </Form>
      </Col>
      <Col xs={24} sm={12}>
        <img src={address} alt={t("poster.alt", { name: code.name })} style={{ width: "100%", maxWidth: 320, borderRadius: token.borderRadiusLG }} />
      </Col>
    </Row>
  );
}
