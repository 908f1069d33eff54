import { answered, api } from "@siyu/api";
import { ErrorNote, useLanguage } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Button, Collapse, Flex, Input, Spin, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Definition } from "../journey";

export type Rule = NonNullable<Definition["audience"]>;

const EMPTY: Rule = { version: 1, rule: { condition: "all", of: [] } };

/** A rule of segments: as a sentence, with its JSON behind it. */
export function RuleField({ label, value, onChange }: { label: string; value: Rule | null | undefined; onChange: (rule: Rule | null) => void }) {
  const { t } = useTranslation("journeys");
  if (!value) {
    return (
      <Flex gap="small" align="center">
        <Typography.Text type="secondary">{t("forms.rule.none")}</Typography.Text>
        <Button size="small" onClick={() => onChange(EMPTY)}>
          {t("forms.rule.set")}
        </Button>
      </Flex>
    );
  }
  return (
    <Flex vertical gap={6}>
      <Sentence rule={value} />
      <Json key={JSON.stringify(value)} label={label} value={value} onChange={onChange} />
    </Flex>
  );
}

function Sentence({ rule }: { rule: Rule }) {
  const language = useLanguage();
  const query = useQuery({ queryKey: ["segments", "check", rule], staleTime: 60_000, queryFn: ({ signal }) => answered(api.POST("/api/v1/segments/check", { signal, body: rule })) });
  if (query.isPending) return <Spin size="small" />;
  if (query.error) return <ErrorNote error={query.error} />;
  return <Typography.Text>{language === "zh" ? query.data.sentence_zh : query.data.sentence_en}</Typography.Text>;
}

function Json({ label, value, onChange }: { label: string; value: Rule; onChange: (rule: Rule | null) => void }) {
  const { t } = useTranslation("journeys");
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [bad, setBad] = useState(false);
  const apply = (): void => {
    try {
      onChange(JSON.parse(text) as Rule);
    } catch {
      setBad(true);
    }
  };
  const editor = (
    <Flex vertical gap={6}>
      <Input.TextArea aria-label={`${label}: ${t("forms.rule.json")}`} value={text} rows={8} status={bad ? "error" : undefined} style={{ fontFamily: "monospace", fontSize: 12 }} onChange={(event) => {
        setText(event.target.value);
        setBad(false);
      }} />
      {bad && <Typography.Text type="danger">{t("forms.rule.bad")}</Typography.Text>}
      <Flex gap="small">
        <Button size="small" onClick={apply}>
          {t("forms.rule.apply")}
        </Button>
        <Button size="small" type="text" onClick={() => onChange(null)}>
          {t("forms.rule.remove")}
        </Button>
      </Flex>
    </Flex>
  );
  return <Collapse size="small" ghost items={[{ key: "json", label: t("forms.rule.json"), children: editor }]} />;
}
