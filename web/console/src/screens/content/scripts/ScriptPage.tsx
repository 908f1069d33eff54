import { EditOutlined, InboxOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { Loaded, Page, useInAddress, useShowError, When } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Card, Col, Flex, Row, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useMay } from "../../../app/session";
import { offersOf, useChecked, useContentAgain, useScript, type Offer, type ScriptVersion } from "../content";
import { Back } from "../parts/Back";
import { Fits } from "../parts/Fits";
import { useMaterials } from "../parts/MaterialChooser";
import { MaterialLine } from "../parts/Thumb";
import { KindTags } from "./Kinds";
import { PersonPreview } from "./PersonPreview";

/** One script: what a version says, what a person would get of it, and how it became what it is. */
export function ScriptPage() {
  const query = useScript(Number(useParams()["id"]));
  return <Loaded query={query}>{(found) => <Whole key={found.script.id} script={found.script} versions={found.versions} />}</Loaded>;
}

function Whole({ script, versions }: { script: Schema<"Script">; versions: readonly ScriptVersion[] }) {
  const { t } = useTranslation("content");
  const [asked] = useInAddress("version");
  const shown = versions.find((one) => String(one.version) === asked) ?? versions[0];
  if (!shown) return null;
  const old = shown.version !== script.newest;
  return (
    <Page title={script.name} what={t("script.pageWhat")} above={<Back to="/content/scripts" part="scripts" />} actions={<Actions script={script} />}>
      <Row gutter={[16, 16]}>
        <Col xs={24} lg={14}>
          <Flex vertical gap="middle">
            {old && <Alert type="info" showIcon title={t("script.old", { version: String(shown.version), newest: String(script.newest) })} />}
            {offersOf(shown.body).map(({ part, number, offer }) => (
              <Said key={`${part} ${number}`} title={part === "fallback" ? t("part.fallback", { number: String(number) }) : t(`part.${part}`)} offer={offer} />
            ))}
            <Versions script={script} versions={versions} shown={shown.version} />
          </Flex>
        </Col>
        <Col xs={24} lg={10}>
          <Aside version={shown} />
        </Col>
      </Row>
    </Page>
  );
}

function Said({ title, offer }: { title: string; offer: Offer }) {
  const materials = useMaterials(offer.materials);
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{title}</h2>} extra={<KindTags kinds={offer.kinds} />}>
      <Flex vertical gap="small">
        {offer.text && <Typography.Paragraph style={{ margin: 0, whiteSpace: "pre-wrap" }}>{offer.text}</Typography.Paragraph>}
        {offer.materials.map((id, at) => {
          const material = materials.get(id);
          return (
            <Link key={`${id} ${at}`} to={`/content/materials/${id}`}>
              {material ? <MaterialLine material={material} /> : id}
            </Link>
          );
        })}
      </Flex>
    </Card>
  );
}

function Aside({ version }: { version: ScriptVersion }) {
  const { t } = useTranslation("content");
  const checked = useChecked(version.body).data;
  return (
    <Flex vertical gap="middle">
      <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("preview.title")}</h2>}>
        <PersonPreview body={version.body} whole={!checked?.wrong} />
      </Card>
      <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("fits.title")}</h2>}>
        <Fits checked={checked} />
      </Card>
    </Flex>
  );
}

function Versions({ script, versions, shown }: { script: Schema<"Script">; versions: readonly ScriptVersion[]; shown: number }) {
  const { t } = useTranslation("content");
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("script.versions")}</h2>}>
      <Flex vertical gap={6}>
        {versions.map((one) => (
          <Flex key={one.version} gap="small" align="center" wrap>
            <Link to={one.version === script.newest ? "?" : `?version=${one.version}`} aria-current={one.version === shown ? "true" : undefined}>
              {t("script.version", { version: String(one.version) })}
            </Link>
            {one.version === shown && <Tag style={{ margin: 0 }}>{t("script.shown")}</Tag>}
            <Typography.Text type="secondary">
              <When at={one.at} />
            </Typography.Text>
            {one.note && <span>{one.note}</span>}
          </Flex>
        ))}
      </Flex>
    </Card>
  );
}

function Actions({ script }: { script: Schema<"Script"> }) {
  const { t } = useTranslation("content");
  const may = useMay();
  const navigate = useNavigate();
  const again = useContentAgain();
  const showError = useShowError();
  const archiving = useMutation({
    mutationFn: () => answered(api.PUT("/api/v1/content/scripts/{script_id}/archived", { params: { path: { script_id: script.id } }, body: { archived: !script.archived } })),
    onSuccess: again,
    onError: showError,
  });
  if (!may("content.manage")) return null;
  return (
    <>
      {script.archived && <Tag>{t("archived.is")}</Tag>}
      <Button type="primary" icon={<EditOutlined />} onClick={() => void navigate(`/content/scripts/${script.id}/edit`)}>
        {t("script.edit")}
      </Button>
      <Button icon={<InboxOutlined />} loading={archiving.isPending} onClick={() => archiving.mutate()}>
        {t(script.archived ? "archived.restore" : "archived.archive")}
      </Button>
    </>
  );
}
