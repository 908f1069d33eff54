import { PlusOutlined, SaveOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { ErrorNote, Loaded, Page } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Card, Col, Flex, Form, Input, Radio, Row } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";

import { useMay } from "../../../app/session";
import { Unsaved } from "../../journeys/editor/Unsaved";
import { isBaited, NO_OFFER, useChecked, useContentAgain, useScript, type Body, type Offer } from "../content";
import { Back } from "../parts/Back";
import { Fits } from "../parts/Fits";
import { OfferEditor } from "./OfferEditor";
import { PersonPreview } from "./PersonPreview";

const MOST_FALLBACKS = 10;
const PLAIN: Body = { plain: NO_OFFER, bait_a: null, bait_b: null, hook: null, fallbacks: [] };

export function NewScript() {
  return <Editor first={PLAIN} />;
}

/** The next version of a script, from its newest. */
export function EditScript() {
  const query = useScript(Number(useParams()["id"]));
  return (
    <Loaded query={query}>
      {({ script, versions }) => {
        const newest = versions[0];
        return newest && <Editor key={`${script.id} ${newest.version}`} first={newest.body} known={{ id: script.id, name: script.name, version: newest.version }} />;
      }}
    </Loaded>
  );
}

function Editor({ first, known }: { first: Body; known?: { id: number; name: string; version: number } }) {
  const { t } = useTranslation("content");
  const { message } = App.useApp();
  const may = useMay();
  const navigate = useNavigate();
  const again = useContentAgain();
  const [body, setBody] = useState(first);
  const [name, setName] = useState("");
  const [note, setNote] = useState("");
  const [done, setDone] = useState(false);
  const checked = useChecked(body).data;
  const dirty = !done && (JSON.stringify(body) !== JSON.stringify(first) || name !== "");
  const saving = useMutation({
    mutationFn: () =>
      known
        ? answered(api.POST("/api/v1/content/scripts/{script_id}/versions", { params: { path: { script_id: known.id } }, body: { body, after: known.version, note } }))
        : answered(api.POST("/api/v1/content/scripts", { body: { name, body, note } })),
    onSuccess: async (made) => {
      setDone(true);
      await again();
      void message.success(t("script.saved", { version: String(made.version) }));
      await navigate(`/content/scripts/${made.script_id}`);
    },
  });
  const ready = (known || name.trim()) && checked && !checked.wrong;
  return (
    <Page title={known ? t("script.next", { name: known.name, version: String(known.version + 1) }) : t("scripts.new")} what={t("script.what", { example: "{{name|…}}" })} above={<Back to={known ? `/content/scripts/${known.id}` : "/content/scripts"} part="scripts" />}>
      <Row gutter={[16, 16]}>
        <Col xs={24} lg={14}>
          <Flex vertical gap="middle">
            <Card size="small">
              <Form layout="vertical" component="div">
                {!known && (
                  <Form.Item label={t("column.name")} required style={{ marginBottom: 12 }}>
                    <Input aria-label={t("column.name")} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
                  </Form.Item>
                )}
                <Form.Item label={t("column.structure")} extra={t(isBaited(body) ? "structure.baitWhat" : "structure.plainWhat")} style={{ marginBottom: 0 }}>
                  <Radio.Group
                    aria-label={t("column.structure")}
                    value={isBaited(body)}
                    options={[
                      { value: false, label: t("structure.plain") },
                      { value: true, label: t("structure.bait") },
                    ]}
                    onChange={(event) => setBody(asStructure(body, event.target.value === true))}
                  />
                </Form.Item>
              </Form>
            </Card>
            {isBaited(body) ? <Baits body={body} onChange={setBody} /> : <OfferEditor title={t("part.plain")} offer={body.plain ?? NO_OFFER} onChange={(plain) => setBody({ ...body, plain })} />}
            <Card size="small">
              <Form layout="vertical" component="div">
                <Form.Item label={t("script.note")} style={{ marginBottom: 12 }}>
                  <Input aria-label={t("script.note")} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
                </Form.Item>
              </Form>
              <ErrorNote error={saving.error} />
              <Button type="primary" icon={<SaveOutlined />} disabled={!ready || !may("content.manage")} loading={saving.isPending} onClick={() => saving.mutate()}>
                {known ? t("script.saveVersion", { version: String(known.version + 1) }) : t("save")}
              </Button>
            </Card>
          </Flex>
        </Col>
        <Col xs={24} lg={10}>
          <Flex vertical gap="middle">
            <Part title={t("preview.title")}>
              <PersonPreview body={body} whole={Boolean(checked) && !checked?.wrong} />
            </Part>
            <Part title={t("fits.title")}>
              <Fits checked={checked} />
            </Part>
          </Flex>
        </Col>
      </Row>
      <Unsaved dirty={dirty} />
    </Page>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{title}</h2>}>
      {children}
    </Card>
  );
}

/** Bait A, its rival, the hook, and what stands for a bait that somebody may not get. */
function Baits({ body, onChange }: { body: Body; onChange: (body: Body) => void }) {
  const { t } = useTranslation("content");
  const put = (part: "bait_a" | "bait_b" | "hook") => (offer: Offer | null) => onChange({ ...body, [part]: offer });
  const fallbacks = (changed: readonly Offer[]): void => onChange({ ...body, fallbacks: [...changed] });
  return (
    <>
      <OfferEditor title={t("part.bait_a")} what={t("part.baitWhat")} offer={body.bait_a ?? NO_OFFER} onChange={put("bait_a")} />
      {body.bait_b ? (
        <OfferEditor title={t("part.bait_b")} what={t("part.rivalWhat")} offer={body.bait_b} onChange={put("bait_b")} onRemove={() => put("bait_b")(null)} />
      ) : (
        <Button type="dashed" icon={<PlusOutlined />} onClick={() => put("bait_b")(NO_OFFER)} style={{ alignSelf: "flex-start" }}>
          {t("script.addRival")}
        </Button>
      )}
      <OfferEditor title={t("part.hook")} what={t("part.hookWhat")} offer={body.hook ?? NO_OFFER} onChange={put("hook")} />
      {body.fallbacks.map((offer, at) => (
        <OfferEditor
          key={at}
          title={t("part.fallback", { number: String(at + 1) })}
          what={t("part.fallbackWhat")}
          offer={offer}
          onChange={(changed) => fallbacks(body.fallbacks.map((one, index) => (index === at ? changed : one)))}
          onRemove={() => fallbacks(body.fallbacks.filter((_, index) => index !== at))}
        />
      ))}
      {body.fallbacks.length < MOST_FALLBACKS && (
        <Button type="dashed" icon={<PlusOutlined />} onClick={() => fallbacks([...body.fallbacks, NO_OFFER])} style={{ alignSelf: "flex-start" }}>
          {t("script.addFallback")}
        </Button>
      )}
    </>
  );
}

/** The same words in the other structure: the plain text becomes bait A, and bait A the plain text. */
function asStructure(body: Body, baited: boolean): Body {
  if (baited === isBaited(body)) return body;
  return baited ? { plain: null, bait_a: body.plain ?? NO_OFFER, bait_b: null, hook: NO_OFFER, fallbacks: [] } : { ...PLAIN, plain: body.bait_a ?? NO_OFFER };
}
