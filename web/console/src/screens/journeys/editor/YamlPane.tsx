import { DownloadOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { download, ErrorNote, Loaded } from "@siyu/kit";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Col, Flex, Input, Row, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Canvas } from "../canvas/Canvas";
import { JOURNEYS, type Journey } from "../journey";
import type { Draft } from "./useDraft";

/** The draft as YAML, to read, to change and to take along, beside its canvas. */
export function YamlPane({ draft, journey, editable }: { draft: Draft; journey: Journey; editable: boolean }) {
  const { definition } = draft;
  const written = useQuery<string>({
    queryKey: [...JOURNEYS, "yaml", journey.key, definition],
    staleTime: Infinity,
    queryFn: ({ signal }) => answered(api.POST("/api/v1/journeys/yaml/write", { signal, parseAs: "text", body: { key: journey.key, definition } })),
  });
  return <Loaded query={written}>{(text) => <Text key={text} text={text} draft={draft} journey={journey} editable={editable} />}</Loaded>;
}

function Text({ text, draft, journey, editable }: { text: string; draft: Draft; journey: Journey; editable: boolean }) {
  const { t } = useTranslation("journeys");
  const [now, setNow] = useState(text);
  const applying = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/journeys/yaml/read", { body: now, bodySerializer: String, headers: { "Content-Type": "application/yaml" } })),
    onSuccess: (read) => draft.change(read.definition),
  });
  const changed = now !== text;
  return (
    <Row gutter={[16, 16]}>
      <Col xs={24} xl={12}>
        <Flex vertical gap="small">
          <Typography.Text type="secondary">{t("forms.yaml.what")}</Typography.Text>
          <Flex gap="small" align="center" wrap>
            {editable && (
              <>
                <Button type="primary" disabled={!changed} loading={applying.isPending} onClick={() => applying.mutate()}>
                  {t("forms.yaml.apply")}
                </Button>
                <Button disabled={!changed} onClick={() => setNow(text)}>
                  {t("forms.yaml.reset")}
                </Button>
              </>
            )}
            <Button icon={<DownloadOutlined />} onClick={() => download(`${journey.key}.yaml`, now)}>
              {t("forms.yaml.download")}
            </Button>
            {changed && <Typography.Text type="warning">{t("forms.yaml.changed")}</Typography.Text>}
          </Flex>
          <ErrorNote error={applying.error} />
          <Input.TextArea aria-label="YAML" spellCheck={false} readOnly={!editable} value={now} onChange={(event) => setNow(event.target.value)} style={{ fontFamily: "monospace", fontSize: 12, minHeight: 560, height: "calc(100vh - 360px)", whiteSpace: "pre", overflowX: "auto" }} />
        </Flex>
      </Col>
      <Col xs={24} xl={12}>
        <Canvas definition={draft.definition} problems={draft.checked.data?.problems} height={640} />
      </Col>
    </Row>
  );
}
