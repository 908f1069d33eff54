import { answered, api, type Schema } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Alert, Flex, Form, Radio, Select, theme, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { useCalled } from "../../customers/names";
import { CONTENT, kindsOf, MATERIAL_KINDS, useCalm, type Arm, type Body } from "../content";
import { Thumb } from "../parts/Thumb";
import { KindSelect } from "./Kinds";
import { ShowToStaff } from "./ShowToStaff";

interface Props {
  body: Body;
  /** Nothing is asked of a script that is not whole. */
  whole: boolean;
}

/** What one person would get: their values, their bait, a fallback where they had what excludes it. */
export function PersonPreview({ body, whole }: Props) {
  const { t } = useTranslation("content");
  const may = useMay();
  const [customer, setCustomer] = useState<number>();
  const [arm, setArm] = useState<Arm>("a");
  const [given, setGiven] = useState<string[]>([]);
  const asked = useCalm({ body, whole, customer, arm, given });
  const found = useQuery({
    queryKey: [...CONTENT, "preview", asked],
    enabled: asked.whole && asked.customer !== undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(api.POST("/api/v1/content/preview", { signal, body: { body: asked.body, customer_id: asked.customer ?? 0, arm: asked.arm, given: asked.given, strict: false } })),
  });
  if (!may("customers.read")) return <Typography.Text type="secondary">{t("preview.notAllowed")}</Typography.Text>;
  return (
    <Form layout="vertical" component="div">
      <Form.Item label={t("preview.customer")} style={{ marginBottom: 12 }}>
        <CustomerSelect value={customer} onChange={setCustomer} />
      </Form.Item>
      {body.bait_b && (
        <Form.Item label={t("preview.bait")} style={{ marginBottom: 12 }}>
          <Radio.Group
            aria-label={t("preview.bait")}
            value={arm}
            options={[
              { value: "a", label: t("part.bait_a") },
              { value: "b", label: t("part.bait_b") },
            ]}
            onChange={(event) => setArm(event.target.value === "b" ? "b" : "a")}
          />
        </Form.Item>
      )}
      {kindsOf(body).length > 0 && (
        <Form.Item label={t("preview.given")} tooltip={t("preview.givenWhat")} style={{ marginBottom: 12 }}>
          <KindSelect label={t("preview.given")} value={given} onChange={setGiven} />
        </Form.Item>
      )}
      {!whole && <Alert type="info" showIcon title={t("preview.notWhole")} />}
      {whole && customer === undefined && <Typography.Text type="secondary">{t("preview.choose")}</Typography.Text>}
      <ErrorNote error={found.error} />
      {whole && found.data && <Received rendered={found.data} />}
    </Form>
  );
}

/** A message as its receiver reads it. */
function Received({ rendered }: { rendered: Schema<"RenderedRead"> }) {
  const { t } = useTranslation("content");
  const { token } = theme.useToken();
  const { text, attachments, missing, fallback, nothing_left } = rendered;
  if (nothing_left) return <Alert role="status" type="warning" showIcon title={t("preview.nothingLeft")} />;
  return (
    <Flex vertical gap="small" role="status" aria-label={t("preview.title")}>
      {missing.length > 0 && <Alert type="error" showIcon title={t("preview.missing", { names: missing.join(", "), example: `{{${missing[0]}|…}}` })} />}
      {fallback !== null && <Alert type="info" showIcon title={t("preview.fallback", { number: String(fallback + 1) })} />}
      {text && <div style={{ background: token.colorFillTertiary, borderRadius: token.borderRadiusLG, padding: "10px 14px", whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{text}</div>}
      {attachments.map(([kind, fields], at) => (
        <Flex key={at} gap="small" align="center" style={{ background: token.colorFillTertiary, borderRadius: token.borderRadiusLG, padding: 8 }}>
          <Thumb material={{ kind: MATERIAL_KINDS.find((one) => one === kind) ?? "file", fields, medium: fields["medium"] ?? "" }} size={48} />
          <Flex vertical style={{ minWidth: 0 }}>
            <span>{fields["title"] ?? t(`kind.${kind as "image"}`)}</span>
            <Typography.Text type="secondary" ellipsis>
              {fields["desc"] ?? fields["url"] ?? fields["page"] ?? ""}
            </Typography.Text>
          </Flex>
        </Flex>
      ))}
      <ShowToStaff text={readOf(rendered)} />
    </Flex>
  );
}

/** A message as a text: materials by what they are called and where they lead. */
export function readOf({ text, attachments }: Pick<Schema<"RenderedRead">, "text" | "attachments">): string {
  const shown = attachments.map(([, fields]) => [fields["title"], fields["url"], fields["page"]].filter(Boolean).join(" "));
  return [text, ...shown].filter(Boolean).join("\n");
}

/** Somebody by name, phone or number; without words those who were there last. */
function CustomerSelect({ value, onChange }: { value: number | undefined; onChange: (id: number) => void }) {
  const { t } = useTranslation("content");
  const called = useCalled();
  const [words, setWords] = useState("");
  const calm = useCalm(words.trim());
  const found = useQuery({
    queryKey: ["customers", "of", calm],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/customers", { signal, params: { query: { q: calm || undefined, limit: 20 } } })),
  });
  const rows = found.data?.customers ?? [];
  const label = ({ customer_id, personal, known_since }: (typeof rows)[number]): string => [called(personal, known_since !== null), personal["phone"], `#${customer_id}`].filter(Boolean).join(" · ");
  return (
    <Select
      aria-label={t("preview.customer")}
      placeholder={t("preview.search")}
      showSearch={{ filterOption: false, onSearch: setWords }}
      loading={found.isFetching}
      value={value}
      options={rows.map((row) => ({ value: row.customer_id, label: label(row) }))}
      onChange={onChange}
      style={{ width: "100%" }}
    />
  );
}
