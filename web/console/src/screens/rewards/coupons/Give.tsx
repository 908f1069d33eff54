import { DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Count, ErrorNote, Sideways, useLanguage } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Flex, Form, Input, InputNumber, Segmented, Table, Typography, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { Field, SegmentSelect } from "../../journeys/forms/fields";
import { useSegments } from "../../journeys/sentences";
import { Part, Whole } from "../parts/Part";
import { readIds, useAgain, useKey, type Issued, type Template } from "../rewards";

type Way = "segment" | "list" | "codes" | "file";
const MOST = 50_000;

/** Coupons come into people's hands: of a segment, of a list, or as codes that nobody holds yet. */
export function Give({ template }: { template: Template }) {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const [way, setWay] = useState<Way>(may("segments.read") ? "segment" : "list");
  const ways: Way[] = [...(may("segments.read") ? (["segment"] as const) : []), "list", ...(template.terms.shared_code ? [] : (["codes", "file"] as const))];
  const live = template.state === "live";
  return (
    <Part title={t("give.title")} extra={<Export template={template} />}>
      {live ? (
        <Flex vertical gap="middle">
          <Segmented<Way> aria-label={t("give.title")} value={way} options={ways.map((value) => ({ value, label: t(`give.${value}`) }))} onChange={setWay} style={{ alignSelf: "flex-start" }} />
          <Giving key={way} way={way} template={template} />
        </Flex>
      ) : (
        <Typography.Text type="secondary">{t("give.notLive")}</Typography.Text>
      )}
    </Part>
  );
}

function Giving({ way, template }: { way: Way; template: Template }) {
  const { t } = useTranslation("rewards");
  const again = useAgain();
  const [key, renew] = useKey();
  const [segment, setSegment] = useState(0);
  const [list, setList] = useState("");
  const [each, setEach] = useState<number | null>(1);
  const [count, setCount] = useState<number | null>(100);
  const [file, setFile] = useState<File>();
  const people = useSegments().data?.find((one) => one.id === segment)?.people;
  const { ids, bad } = readIds(list);
  const path = { template_id: template.id };
  const giving = useMutation({
    mutationFn: (): Promise<Issued> => {
      if (way === "codes") return answered(api.POST("/api/v1/rewards/coupons/{template_id}/codes", { params: { path }, body: { key, count: count ?? 1 } }));
      if (way === "file") {
        const form = new FormData();
        form.set("file", file ?? new Blob());
        form.set("key", key);
        return answered(api.POST("/api/v1/rewards/coupons/{template_id}/codes/file", { params: { path }, body: form as never, bodySerializer: (body: unknown) => body as FormData }));
      }
      const who = way === "segment" ? { customer_ids: [], segment_id: segment } : { customer_ids: ids };
      return answered(api.POST("/api/v1/rewards/coupons/{template_id}/issue", { params: { path }, body: { key, each: each ?? 1, ...who } }));
    },
    onSuccess: async () => {
      renew();
      await again();
    },
  });
  const ready = { segment: segment > 0, list: ids.length > 0 && ids.length <= MOST && bad.length === 0, codes: (count ?? 0) > 0, file: file !== undefined }[way];
  return (
    <Form layout="vertical" component="div" style={{ maxWidth: 640 }}>
      {way === "segment" && (
        <Field label={t("give.segment")} extra={segment ? t("give.people", { count: people ?? 0 }) : t("give.segmentWhat")} required>
          <SegmentSelect label={t("give.segment")} value={segment} onChange={setSegment} />
        </Field>
      )}
      {way === "list" && (
        <Field label={t("give.list")} extra={list ? t("give.people", { count: ids.length }) : t("give.listWhat")} problem={bad.length ? t("give.bad", { words: bad.slice(0, 5).join(" ") }) : undefined} required>
          <Input.TextArea aria-label={t("give.list")} rows={3} value={list} onChange={(event) => setList(event.target.value)} />
        </Field>
      )}
      {(way === "segment" || way === "list") && <Whole label={t("give.each")} max={100} value={each} onChange={setEach} required />}
      {way === "codes" && (
        <Field label={t("give.count")} extra={t("give.countWhat")} required>
          <InputNumber<number> aria-label={t("give.count")} min={1} max={MOST} precision={0} value={count} onChange={setCount} style={{ width: 160 }} />
        </Field>
      )}
      {way === "file" && (
        <Field label={t("give.fileLabel")} extra={t("give.fileWhat")} required>
          <Upload
            accept=".csv,.txt"
            maxCount={1}
            beforeUpload={(chosen) => {
              setFile(chosen);
              return false;
            }}
            onRemove={() => setFile(undefined)}
          >
            <Button icon={<UploadOutlined />}>{t("give.choose")}</Button>
          </Upload>
        </Field>
      )}
      <ErrorNote error={giving.error} />
      <Button type="primary" disabled={!ready} loading={giving.isPending} onClick={() => giving.mutate()}>
        {t(way === "segment" || way === "list" ? "give.ok" : way === "codes" ? "give.make" : "give.import")}
      </Button>
      {giving.data && <Done done={giving.data} />}
    </Form>
  );
}

/** How many were made, and who got none and why. */
function Done({ done }: { done: Issued }) {
  const { t } = useTranslation("rewards");
  const language = useLanguage();
  return (
    <Flex vertical gap="small" style={{ marginTop: 16 }}>
      <Alert type={done.refused_count ? "warning" : "success"} showIcon role="status" title={t(done.repeated ? "give.repeated" : "give.done", { coupons: String(done.coupons), refused: String(done.refused_count) })} />
      {done.refused.length > 0 && (
        <Sideways label={t("give.refused")}>
          <Table<Issued["refused"][number]>
            aria-label={t("give.refused")}
            size="small"
            rowKey="who"
            dataSource={done.refused}
            pagination={done.refused.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
            columns={[
              { key: "who", title: t("give.who"), render: (_, row) => <Count value={row.who} /> },
              { key: "why", title: t("give.why"), render: (_, row) => (language === "zh" ? row.zh : row.en) },
            ]}
          />
        </Sideways>
      )}
    </Flex>
  );
}

/** Every code with its state, for another shop. */
function Export({ template }: { template: Template }) {
  const { t } = useTranslation("rewards");
  if (template.terms.shared_code) return null;
  return (
    <Button size="small" icon={<DownloadOutlined />} href={`/api/v1/rewards/coupons/${template.id}/codes.csv`} download>
      {t("give.export")}
    </Button>
  );
}
