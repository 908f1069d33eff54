import { InboxOutlined, SaveOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { ErrorNote, Loaded, Page } from "@siyu/kit";
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Checkbox, Col, Flex, Form, Input, InputNumber, Row, Select, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";

import { useMay } from "../../../app/session";
import { Unsaved } from "../../journeys/editor/Unsaved";
import { CONTENT, useContentAgain, type Character, type Persona } from "../content";
import { Back } from "../parts/Back";
import { ADJUSTERS, PARTS } from "./Adjusts";
import { Faces } from "./Faces";
import { Trying } from "./Trying";

type Adjusting = Character["adjusting"][number];

const NEW: Character = {
  tone: "",
  greeting: "",
  keep: [],
  never: [],
  faces: [],
  adjusting: [
    { by: "operator", parts: ["text", "materials"], most_changed: 100 },
    { by: "staff", parts: ["text"], most_changed: 30 },
  ],
};

export function NewPersona() {
  return <Editor first={NEW} />;
}

export function PersonaPage() {
  const id = Number(useParams()["id"]);
  const query = useQuery({
    queryKey: [...CONTENT, "personas", id],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/content/personas/{persona_id}", { signal, params: { path: { persona_id: id } } })),
  });
  return <Loaded query={query}>{(persona) => <Editor key={`${persona.id} ${persona.updated_at}`} first={persona.character} known={persona} />}</Loaded>;
}

function Editor({ first, known }: { first: Character; known?: Persona }) {
  const { t } = useTranslation("content");
  const { message } = App.useApp();
  const may = useMay();
  const navigate = useNavigate();
  const again = useContentAgain();
  const [name, setName] = useState("");
  const [draft, setDraft] = useState(first);
  const [done, setDone] = useState(false);
  const set = (part: Partial<Character>): void => setDraft({ ...draft, ...part });
  const saving = useMutation({
    mutationFn: (archived: boolean) =>
      known
        ? answered(api.PUT("/api/v1/content/personas/{persona_id}", { params: { path: { persona_id: known.id } }, body: { character: draft, archived } }))
        : answered(api.POST("/api/v1/content/personas", { body: { name, character: draft } })),
    onSuccess: async (made) => {
      setDone(true);
      await again();
      void message.success(t("saved"));
      if (!known) await navigate(`/content/personas/${made.id}`);
    },
  });
  const editable = may("content.manage");
  const dirty = !done && (JSON.stringify(draft) !== JSON.stringify(first) || name !== "");
  const actions = known && editable && (
    <>
      {known.archived && <Tag>{t("archived.is")}</Tag>}
      <Button icon={<InboxOutlined />} loading={saving.isPending} onClick={() => saving.mutate(!known.archived)}>
        {t(known.archived ? "archived.restore" : "archived.archive")}
      </Button>
    </>
  );
  return (
    <Page title={known ? known.name : t("personas.new")} what={t("persona.what")} above={<Back to="/content/personas" part="personas" />} actions={actions}>
      <Row gutter={[16, 16]}>
        <Col xs={24} lg={14}>
          <Card size="small">
            <Form layout="vertical" component="div" disabled={!editable}>
              {!known && (
                <Form.Item label={t("column.name")} required>
                  <Input aria-label={t("column.name")} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
                </Form.Item>
              )}
              <Form.Item label={t("persona.tone")} extra={t("persona.toneWhat")}>
                <Input.TextArea aria-label={t("persona.tone")} value={draft.tone} maxLength={2000} autoSize={{ minRows: 3, maxRows: 10 }} onChange={(event) => set({ tone: event.target.value })} />
              </Form.Item>
              <Form.Item label={t("persona.greeting")}>
                <Input aria-label={t("persona.greeting")} value={draft.greeting} maxLength={200} onChange={(event) => set({ greeting: event.target.value })} />
              </Form.Item>
              <Form.Item label={t("persona.keep")} extra={t("persona.keepWhat")}>
                <Words label={t("persona.keep")} value={draft.keep} onChange={(keep) => set({ keep })} />
              </Form.Item>
              <Form.Item label={t("persona.never")} extra={t("persona.neverWhat")}>
                <Words label={t("persona.never")} value={draft.never} onChange={(never) => set({ never })} />
              </Form.Item>
              <Form.Item label={t("persona.faces")} extra={t("persona.facesWhat")}>
                <Faces value={draft.faces} onChange={(faces) => set({ faces })} />
              </Form.Item>
              <Form.Item label={t("persona.adjusting")} extra={t("persona.adjustingWhat")}>
                <Flex vertical gap="small">
                  {ADJUSTERS.map((by) => (
                    <OneAdjusting key={by} value={draft.adjusting.find((one) => one.by === by) ?? { by, parts: [], most_changed: 100 }} onChange={(changed) => set({ adjusting: [...draft.adjusting.filter((one) => one.by !== by), changed] })} />
                  ))}
                </Flex>
              </Form.Item>
            </Form>
            <ErrorNote error={saving.error} />
            {editable && (
              <Button type="primary" icon={<SaveOutlined />} disabled={!known && !name.trim()} loading={saving.isPending} onClick={() => saving.mutate(known?.archived ?? false)}>
                {t("save")}
              </Button>
            )}
          </Card>
        </Col>
        {known && (
          <Col xs={24} lg={10}>
            <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("persona.try")}</h2>}>
              <Trying persona={known} />
            </Card>
          </Col>
        )}
      </Row>
      <Unsaved dirty={dirty} />
    </Page>
  );
}

/** Words, each closed with Enter. */
function Words({ label, value, onChange }: { label: string; value: readonly string[]; onChange: (words: string[]) => void }) {
  return <Select mode="tags" aria-label={label} open={false} suffixIcon={null} tokenSeparators={[",", "，", "、"]} value={[...value]} onChange={(words: string[]) => onChange([...new Set(words.map((one) => one.trim().slice(0, 60)).filter(Boolean))])} style={{ width: "100%" }} />;
}

function OneAdjusting({ value, onChange }: { value: Adjusting; onChange: (value: Adjusting) => void }) {
  const { t } = useTranslation("content");
  const by = t(`persona.by.${value.by}`);
  return (
    <Flex gap="middle" align="center" wrap>
      <strong style={{ minWidth: 84 }}>{by}</strong>
      {PARTS.map((part) => (
        <Checkbox key={part} aria-label={`${by}: ${t(`persona.part.${part}`)}`} checked={value.parts.includes(part)} onChange={(event) => onChange({ ...value, parts: PARTS.filter((one) => (one === part ? event.target.checked : value.parts.includes(one))) })}>
          {t(`persona.part.${part}`)}
        </Checkbox>
      ))}
      {value.parts.includes("text") && <InputNumber aria-label={`${by}: ${t("persona.mostChanged")}`} prefix={t("persona.mostChanged")} suffix="%" min={0} max={100} precision={0} value={value.most_changed} onChange={(most) => onChange({ ...value, most_changed: most ?? 100 })} style={{ width: 200 }} />}
    </Flex>
  );
}
