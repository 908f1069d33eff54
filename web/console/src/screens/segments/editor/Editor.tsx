import { answered, api } from "@siyu/api";
import { ErrorNote, Loaded, Page } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Col, Flex, Form, Input, Row, Switch, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";

import { useMay } from "../../../app/session";
import { Back } from "../Back";
import { useSegment, type Segment } from "../segment";
import { Builder } from "../rule/Builder";
import { editable, readRule, tidy, writeRule, type Rule } from "../rule/tree";
import { PreviewCard } from "./PreviewCard";
import { usePreview, useSettled } from "./usePreview";

const EMPTY: Rule = { condition: "all", of: [] };

/** A new segment, perhaps with a rule that the address brings. */
export function NewSegment() {
  return <SegmentForm />;
}

/** Another name or rule for one that there is. */
export function EditSegment() {
  const id = Number(useParams()["id"]);
  const query = useSegment(id);
  return <Loaded query={query}>{(segment) => <SegmentForm key={segment.id} segment={segment} />}</Loaded>;
}

function SegmentForm({ segment }: { segment?: Segment }) {
  const { t } = useTranslation("segments");
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const [rule, setRule] = useState<Rule>(() => editable(readRule(search.get("rule")) ?? (segment ? (segment.rule as { rule: Rule }).rule : EMPTY)));
  const [name, setName] = useState(segment?.name ?? search.get("name") ?? "");
  const [note, setNote] = useState(segment?.note ?? "");
  const [live, setLive] = useState(segment?.live ?? true);
  const preview = usePreview(rule, segment?.id);
  const written = useSettled(writeRule(rule));
  useEffect(() => {
    setSearch((old) => withRule(old, written), { replace: true });
  }, [written, setSearch]);
  const saving = useSave(segment?.id);
  const ready = name.trim() !== "" && preview.open.size === 0 && preview.problems.size === 0 && !preview.refused;
  return (
    <Page title={segment ? t("editor.change", { name: segment.name }) : t("editor.new")} what={t("editor.what")} above={<Back to={segment && `/segments/${segment.id}`} />}>
      <Row gutter={[16, 16]}>
        <Col xs={24} xl={16}>
          <Flex vertical gap="middle">
            <Card size="small">
              <Form layout="vertical" component="div">
                <Flex gap="middle" wrap>
                  <Form.Item label={t("editor.name")} required style={{ flex: 2, minWidth: 200, marginBottom: 8 }}>
                    <Input aria-label={t("editor.name")} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
                  </Form.Item>
                  <Form.Item label={t("editor.note")} style={{ flex: 3, minWidth: 200, marginBottom: 8 }}>
                    <Input aria-label={t("editor.note")} value={note} maxLength={1000} onChange={(event) => setNote(event.target.value)} />
                  </Form.Item>
                </Flex>
                <Flex gap="small" align="center">
                  <Switch aria-label={t("live.label")} checked={live} onChange={setLive} />
                  <Typography.Text>{t(live ? "live.what" : "live.whatNot")}</Typography.Text>
                </Flex>
              </Form>
            </Card>
            <Builder rule={rule} onChange={setRule} problems={preview.problems} open={preview.open} />
            <ErrorNote error={saving.error} />
            <Flex gap="small" align="center">
              <Button type="primary" disabled={!ready || !may("segments.manage")} loading={saving.isPending} onClick={() => saving.mutate({ name, note, live, rule: { version: 1, rule: tidy(rule) } })}>
                {t("editor.save")}
              </Button>
              {name.trim() === "" && <Typography.Text type="secondary">{t("editor.nameFirst")}</Typography.Text>}
            </Flex>
          </Flex>
        </Col>
        <Col xs={24} xl={8}>
          <PreviewCard preview={preview} />
        </Col>
      </Row>
    </Page>
  );
}

function withRule(old: URLSearchParams, written: string): URLSearchParams {
  const next = new URLSearchParams(old);
  if (written === writeRule(EMPTY)) next.delete("rule");
  else next.set("rule", written);
  return next;
}

function useSave(id: number | undefined) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (body: { name: string; note: string; live: boolean; rule: { version: 1; rule: Rule } }) =>
      answered(id === undefined ? api.POST("/api/v1/segments", { body }) : api.PUT("/api/v1/segments/{segment_id}", { params: { path: { segment_id: id } }, body })),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ["segments"] });
      await navigate(`/segments/${saved.id}`);
    },
  });
}
