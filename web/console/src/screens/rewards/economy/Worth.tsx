import { EditOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { ErrorNote, Loaded, useFormat, When } from "@siyu/kit";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Descriptions, Flex, Input, InputNumber, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { useActorName } from "../../imports/names";
import { Field, YuanInput } from "../../journeys/forms/fields";
import { Fields, Part, Row } from "../parts/Part";
import { REWARDS, useAgain, useRewardRules } from "../rewards";

type Read = Schema<"RewardRulesRead">;
type Rules = NonNullable<Read["rules"]>;

/** What points are worth and which margin is kept: nothing goes live without it. */
export function Worth() {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const query = useRewardRules();
  const [changing, setChanging] = useState(false);
  const change = may("rewards.rules") && !changing && (
    <Button size="small" icon={<EditOutlined />} onClick={() => setChanging(true)}>
      {t("change")}
    </Button>
  );
  return (
    <Part title={t("worth.title")} extra={change}>
      <Loaded query={query}>
        {(read) =>
          changing ? (
            <Change read={read} onDone={() => setChanging(false)} />
          ) : (
            <Flex vertical gap="middle">
              {read.rules ? <InWords rules={read.rules} /> : t("worth.none")}
              {read.version > 0 && <Versions now={read.version} />}
            </Flex>
          )
        }
      </Loaded>
    </Part>
  );
}

function useSaid(): (rules: Rules) => { worth: string; margin: string; cost: string } {
  const { t } = useTranslation("rewards");
  const { money, count, share } = useFormat();
  return (rules) => ({
    worth: t("worth.is", { points: count(rules.points), money: money(rules.fen) }),
    margin: share((rules.margin_bp ?? 0) / 10_000, 2),
    cost: share((rules.goods_cost_bp ?? 0) / 10_000, 2),
  });
}

function InWords({ rules }: { rules: Rules }) {
  const { t } = useTranslation("rewards");
  const said = useSaid()(rules);
  return (
    <Descriptions
      size="small"
      bordered
      column={{ xs: 1, sm: 1, md: 1, lg: 3 }}
      items={[
        { key: "worth", label: t("worth.points"), children: said.worth },
        { key: "margin", label: t("worth.margin"), children: said.margin },
        { key: "cost", label: t("worth.cost"), children: said.cost },
      ]}
    />
  );
}

function Change({ read, onDone }: { read: Read; onDone: () => void }) {
  const { t } = useTranslation("rewards");
  const again = useAgain();
  const [rules, setRules] = useState<Rules>(read.rules ?? { points: 100, fen: 100, margin_bp: 1000, goods_cost_bp: 6000 });
  const [reason, setReason] = useState("");
  const saving = useMutation({
    mutationFn: () => answered(api.PUT("/api/v1/rewards/rules", { body: { version: read.version, rules: { ...rules }, reason: reason.trim() } })),
    onSuccess: async () => {
      await again();
      onDone();
    },
  });
  const percent = (label: string, extra: string, key: "margin_bp" | "goods_cost_bp") => (
    <Field label={label} extra={extra} required>
      <InputNumber<number> aria-label={label} suffix="%" min={0} max={key === "goods_cost_bp" ? 100 : 10_000} precision={2} value={rules[key] / 100} onChange={(value) => setRules({ ...rules, [key]: Math.round((value ?? 0) * 100) })} style={{ width: 160 }} />
    </Field>
  );
  return (
    <Fields>
      <Row>
        <Field label={t("worth.many")} required>
          <InputNumber<number> aria-label={t("worth.many")} min={1} max={1_000_000} precision={0} value={rules.points} onChange={(points) => setRules({ ...rules, points: points ?? 1 })} style={{ width: 160 }} />
        </Field>
        <Field label={t("worth.money")} required>
          <YuanInput label={t("worth.money")} value={rules.fen} onChange={(fen) => setRules({ ...rules, fen: fen ?? 0 })} />
        </Field>
        {percent(t("worth.margin"), t("worth.marginWhat"), "margin_bp")}
        {percent(t("worth.cost"), t("worth.costWhat"), "goods_cost_bp")}
      </Row>
      <Field label={t("reason")} required>
        <Input aria-label={t("reason")} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
      <ErrorNote error={saving.error} />
      <Flex gap="small">
        <Button type="primary" disabled={reason.trim().length < 3} loading={saving.isPending} onClick={() => saving.mutate()}>
          {t("save")}
        </Button>
        <Button onClick={onDone}>{t("cancel")}</Button>
      </Flex>
    </Fields>
  );
}

function Versions({ now }: { now: number }) {
  const { t } = useTranslation("rewards");
  const actor = useActorName();
  const said = useSaid();
  const query = useQuery({ queryKey: [...REWARDS, "rules", "versions", now], queryFn: ({ signal }) => answered(api.GET("/api/v1/rewards/rules/versions", { signal })) });
  return (
    <Loaded query={query}>
      {(versions) => (
        <Table<Read>
          aria-label={t("worth.versions")}
          size="small"
          rowKey="version"
          scroll={{ x: "max-content" }}
          dataSource={versions}
          pagination={versions.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
          columns={[
            { key: "version", title: t("worth.version"), render: (_, row) => row.version },
            { key: "worth", title: t("worth.points"), render: (_, row) => (row.rules ? said(row.rules).worth : "—") },
            { key: "margin", title: t("worth.margin"), render: (_, row) => (row.rules ? said(row.rules).margin : "—") },
            { key: "since", title: t("worth.since"), render: (_, row) => <When at={row.at} /> },
            { key: "by", title: t("worth.by"), render: (_, row) => actor(row.actor) },
            { key: "reason", title: t("reason"), render: (_, row) => row.reason },
          ]}
        />
      )}
    </Loaded>
  );
}
