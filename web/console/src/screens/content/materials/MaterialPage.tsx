import { CopyOutlined, InboxOutlined, SaveOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { ErrorNote, Loaded, Page, useShowError } from "@siyu/kit";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Col, Flex, Form, Input, Row, Select, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";

import { useMay } from "../../../app/session";
import { Unsaved } from "../../journeys/editor/Unsaved";
import { CONTENT, MATERIAL_KINDS, NO_OFFER, useCalm, useContentAgain, useMaterial, type Body, type Material, type MaterialKind } from "../content";
import { Back } from "../parts/Back";
import { Fits } from "../parts/Fits";
import { TextBox } from "../parts/TextBox";
import { Upload } from "../parts/Upload";
import { PersonPreview } from "../scripts/PersonPreview";

/** Fields of each kind as platforms call them; what is written here is said on screen. */
const FIELDS: Readonly<Record<MaterialKind, readonly string[]>> = { text: [], image: [], link: ["title", "desc", "url", "picurl"], mini_program: ["title", "appid", "page"], video: [], file: [] };
const REQUIRED = new Set(["title", "url", "appid", "page"]);
const UPLOADED: readonly MaterialKind[] = ["image", "mini_program", "video", "file"];

interface Draft {
  kind: MaterialKind;
  name: string;
  text: string;
  fields: Record<string, string>;
  medium: string;
}

const draftOf = ({ kind, name, text, fields, medium }: Material): Draft => ({ kind, name, text, fields, medium });

/** A new material, of a kind of the address or as a copy of another. */
export function NewMaterial() {
  const [search] = useSearchParams();
  const from = Number(search.get("from")) || null;
  const copied = useMaterial(from);
  const kind = MATERIAL_KINDS.find((one) => one === search.get("kind")) ?? "text";
  if (from === null) return <Editor key={kind} draft={{ kind, name: "", text: "", fields: {}, medium: "" }} />;
  return <Loaded query={copied}>{(material) => <Editor key={material.id} draft={draftOf(material)} />}</Loaded>;
}

export function MaterialPage() {
  const query = useMaterial(Number(useParams()["id"]));
  return <Loaded query={query}>{(material) => <Editor key={`${material.id} ${material.updated_at}`} draft={draftOf(material)} known={material} />}</Loaded>;
}

function Editor({ draft: first, known }: { draft: Draft; known?: Material }) {
  const { t } = useTranslation("content");
  const { message } = App.useApp();
  const may = useMay();
  const navigate = useNavigate();
  const again = useContentAgain();
  const [draft, setDraft] = useState(first);
  const [done, setDone] = useState(false);
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const { kind, name, text, medium } = draft;
  const fields = withoutEmpty(draft.fields);
  const saving = useMutation({
    mutationFn: () =>
      known
        ? answered(api.PUT("/api/v1/content/materials/{material_id}", { params: { path: { material_id: known.id } }, body: { name, text, fields, medium } }))
        : answered(api.POST("/api/v1/content/materials", { body: { kind, name, text, fields, medium } })),
    onSuccess: async (made) => {
      setDone(true);
      await again();
      void message.success(t("saved"));
      if (!known) await navigate(`/content/materials/${made.id}`);
    },
  });
  const checked = useMaterialCheck(draft);
  const editable = may("content.manage");
  const dirty = !done && JSON.stringify(draft) !== JSON.stringify(first);
  return (
    <Page title={known ? known.name : t("materials.new")} what={t("materials.pageWhat")} above={<Back to="/content" part="materials" />} actions={known && editable && <Actions material={known} />}>
      <Row gutter={[16, 16]}>
        <Col xs={24} lg={14}>
          <Card size="small">
            <Form layout="vertical" component="div" disabled={!editable}>
              <Form.Item label={t("column.kind")}>
                {known ? <Tag>{t(`kind.${kind}`)}</Tag> : <Select aria-label={t("column.kind")} value={kind} options={MATERIAL_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} onChange={(next) => set({ kind: next, medium: "" })} style={{ width: 200 }} />}
              </Form.Item>
              <Form.Item label={t("column.name")} required>
                <Input aria-label={t("column.name")} value={name} maxLength={100} onChange={(event) => set({ name: event.target.value })} />
              </Form.Item>
              {kind === "text" && (
                <Form.Item label={t("column.text")} required>
                  <TextBox label={t("column.text")} value={text} onChange={(next) => set({ text: next })} />
                </Form.Item>
              )}
              {FIELDS[kind].map((field) => (
                <Form.Item key={field} label={t(`field.${field as "title"}`)} required={REQUIRED.has(field)}>
                  <Input aria-label={t(`field.${field as "title"}`)} value={draft.fields[field] ?? ""} maxLength={2000} autoComplete="off" onChange={(event) => set({ fields: { ...draft.fields, [field]: event.target.value } })} />
                </Form.Item>
              ))}
              {UPLOADED.includes(kind) && (
                <Form.Item label={t(kind === "mini_program" ? "upload.cover" : `kind.${kind}`)} required>
                  <Upload kind={kind} medium={medium} onUploaded={(next) => set({ medium: next })} />
                </Form.Item>
              )}
            </Form>
            <ErrorNote error={saving.error} />
            {editable && (
              <Button type="primary" icon={<SaveOutlined />} disabled={!name.trim() || Boolean(checked?.wrong)} loading={saving.isPending} onClick={() => saving.mutate()}>
                {t("save")}
              </Button>
            )}
          </Card>
        </Col>
        <Col xs={24} lg={10}>
          <Flex vertical gap="middle">
            <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("fits.title")}</h2>}>
              <Fits checked={checked} />
            </Card>
            {(kind === "text" || known) && (
              <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("preview.title")}</h2>}>
                {kind !== "text" && dirty && <Typography.Paragraph type="secondary">{t("materials.asSaved")}</Typography.Paragraph>}
                <PersonPreview body={shownAlone(draft, known)} whole={checked !== undefined && !checked.wrong} />
              </Card>
            )}
          </Flex>
        </Col>
      </Row>
      <Unsaved dirty={dirty} />
    </Page>
  );
}

/** A script that says or shows nothing but this; what is not a text, as it was saved. */
function shownAlone({ kind, text }: Draft, known: Material | undefined): Body {
  return { plain: kind === "text" ? { ...NO_OFFER, text } : { ...NO_OFFER, materials: known ? [known.id] : [] }, fallbacks: [] };
}

function useMaterialCheck({ kind, text, fields, medium }: Draft) {
  const calm = useCalm(JSON.stringify({ kind, text, fields: withoutEmpty(fields), medium }));
  return useQuery({
    queryKey: [...CONTENT, "materials", "check", calm],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(api.POST("/api/v1/content/materials/check", { signal, body: JSON.parse(calm) as Omit<Draft, "name"> })),
  }).data;
}

/** What can be done with a material that is there. */
function Actions({ material }: { material: Material }) {
  const { t } = useTranslation("content");
  const navigate = useNavigate();
  const again = useContentAgain();
  const showError = useShowError();
  const archiving = useMutation({
    mutationFn: () => answered(api.PUT("/api/v1/content/materials/{material_id}/archived", { params: { path: { material_id: material.id } }, body: { archived: !material.archived } })),
    onSuccess: again,
    onError: showError,
  });
  return (
    <>
      {material.archived && <Tag>{t("archived.is")}</Tag>}
      <Button icon={<CopyOutlined />} onClick={() => void navigate(`/content/materials/new?from=${material.id}`)}>
        {t("materials.copy")}
      </Button>
      <Button icon={<InboxOutlined />} loading={archiving.isPending} onClick={() => archiving.mutate()}>
        {t(material.archived ? "archived.restore" : "archived.archive")}
      </Button>
    </>
  );
}

function withoutEmpty(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim()));
}
