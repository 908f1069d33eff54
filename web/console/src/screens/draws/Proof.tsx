import { Alert, Descriptions, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";

import type { Round } from "./draws";

/** What was committed to before, what is told after, and how anybody checks a draw with it. */
export function Proof({ round }: { round: Round }) {
  const { t } = useTranslation("draws");
  const hex = (text: string) => (
    <Typography.Text code copyable={{ tooltips: [t("proof.copy"), t("proof.copied")] }} style={{ wordBreak: "break-all" }}>
      {text}
    </Typography.Text>
  );
  return (
    <Flex vertical gap="middle">
      <Alert type={round.seed ? "success" : "info"} showIcon title={t(round.seed ? "proof.told" : "proof.sealed")} />
      <Descriptions
        size="small"
        bordered
        column={1}
        items={[
          { key: "hash", label: t("proof.seedHash"), children: hex(round.seed_hash) },
          { key: "seed", label: t("proof.seed"), children: round.seed ? hex(round.seed) : t("proof.notYet") },
          { key: "rule", label: t("proof.ruleHash"), children: hex(round.rule_hash) },
          { key: "public", label: t("proof.public"), children: <a href={`/draw/${round.id}`} target="_blank" rel="noreferrer">{`/draw/${round.id}`}</a> },
          ...(round.kind === "entrants" ? [{ key: "entrants", label: t("proof.entrants"), children: <a href={`/draw/${round.id}/entrants`} target="_blank" rel="noreferrer">{`/draw/${round.id}/entrants`}</a> }] : []),
        ]}
      />
      <ol style={{ margin: 0, paddingInlineStart: 24 }}>
        {(["one", "two", "three", "four"] as const).map((step) => (
          <li key={step} style={{ padding: "4px 0" }}>
            {t(step === "two" && round.kind === "entrants" ? "proof.step.entrants" : `proof.step.${step}`)}
          </li>
        ))}
      </ol>
    </Flex>
  );
}
