import { answered, api } from "@siyu/api";
import { ErrorNote, useLanguage } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Button, Col, Flex, Modal, Row, Spin, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { PreviewCard } from "../../segments/editor/PreviewCard";
import { usePreview } from "../../segments/editor/usePreview";
import { Builder } from "../../segments/rule/Builder";
import { editable, tidy, unfinished, type Rule as Tree } from "../../segments/rule/tree";
import type { Definition } from "../journey";

type Rule = NonNullable<Definition["audience"]>;

const EMPTY: Rule = { version: 1, rule: { condition: "all", of: [] } };

interface Props {
  label: string;
  value: Rule | null | undefined;
  onChange: (rule: Rule) => void;
  /** There where everybody will do as well. */
  onRemove?: () => void;
}

/** A rule of segments: as a sentence, and the builder of segments to change it. */
export function RuleField({ label, value, onChange, onRemove }: Props) {
  const { t } = useTranslation("journeys");
  const [building, build] = useState(false);
  const empty = !value || unfinished(value.rule).length > 0;
  return (
    <Flex vertical gap={6}>
      {empty ? <Typography.Text type="secondary">{t(onRemove ? "forms.rule.none" : "forms.rule.open")}</Typography.Text> : <Sentence rule={value} />}
      <Flex gap="small">
        <Button size="small" aria-label={`${label}: ${t("forms.rule.set")}`} onClick={() => build(true)}>
          {t("forms.rule.set")}
        </Button>
        {value && onRemove && (
          <Button size="small" type="text" onClick={onRemove}>
            {t("forms.rule.remove")}
          </Button>
        )}
      </Flex>
      {building && (
        <Build
          label={label}
          value={value ?? EMPTY}
          onClose={() => build(false)}
          onDone={(rule) => {
            build(false);
            onChange(rule);
          }}
        />
      )}
    </Flex>
  );
}

function Build({ label, value, onDone, onClose }: { label: string; value: Rule; onDone: (rule: Rule) => void; onClose: () => void }) {
  const { t } = useTranslation("journeys");
  const [rule, setRule] = useState<Tree>(() => editable(value.rule));
  const preview = usePreview(rule, undefined);
  const ready = preview.open.size === 0 && preview.problems.size === 0 && !preview.refused;
  return (
    <Modal open width={1000} title={label} okText={t("forms.rule.apply")} okButtonProps={{ disabled: !ready }} onOk={() => onDone({ version: 1, rule: tidy(rule) })} onCancel={onClose}>
      <Row gutter={[16, 16]}>
        <Col xs={24} lg={16}>
          <Builder rule={rule} onChange={setRule} problems={preview.problems} open={preview.open} />
        </Col>
        <Col xs={24} lg={8}>
          <PreviewCard preview={preview} />
        </Col>
      </Row>
    </Modal>
  );
}

function Sentence({ rule }: { rule: Rule }) {
  const language = useLanguage();
  const query = useQuery({ queryKey: ["segments", "check", rule], staleTime: 60_000, queryFn: ({ signal }) => answered(api.POST("/api/v1/segments/check", { signal, body: rule })) });
  if (query.isPending) return <Spin size="small" />;
  if (query.error) return <ErrorNote error={query.error} />;
  return <Typography.Text>{language === "zh" ? query.data.sentence_zh : query.data.sentence_en}</Typography.Text>;
}
