import { EditOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { Loaded, Page, useInAddress, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { useActorName } from "../../imports/names";
import { Change } from "./Change";
import { Holdout } from "./Holdout";
import { Reasons } from "./Reasons";
import { useRuleWords } from "./ruleWords";

/** The API gives every rule; in its description those that have a default may be left out, for whoever sends them. */
export type RuleSet = Required<Omit<Schema<"RuleSet">, "consent">> & { consent: Required<NonNullable<Schema<"RuleSet">["consent"]>> };
export type Rules = Omit<Schema<"RulesRead">, "rules"> & { rules: RuleSet };

/** The rules of the gate in their order, in plain words; how they were changed. */
export function RulesPage() {
  const { t } = useTranslation("touch");
  const query = useQuery({ queryKey: ["touch", "rules"], queryFn: async ({ signal }) => (await answered(api.GET("/api/v1/touch/rules", { signal }))) as Rules });
  return (
    <Page title={t("rules.title")} what={t("rules.what")}>
      <Loaded query={query}>{(rules) => <InForce key={rules.version} rules={rules} />}</Loaded>
    </Page>
  );
}

function InForce({ rules }: { rules: Rules }) {
  const { t } = useTranslation("touch");
  const may = useMay();
  const [changing, change] = useInAddress("edit");
  if (changing && may("touch.manage")) return <Change rules={rules} onDone={() => change(null)} />;
  return (
    <Flex vertical gap="middle">
      <Card
        size="small"
        title={
          <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
            {t("rules.inForce", { version: String(rules.version) })}
          </Typography.Title>
        }
        extra={
          may("touch.manage") && (
            <Button icon={<EditOutlined />} onClick={() => change("1")}>
              {t("rules.change")}
            </Button>
          )
        }
      >
        <InWords rules={rules.rules} />
      </Card>
      <Holdout />
      <Versions now={rules.version} />
    </Flex>
  );
}

function InWords({ rules }: { rules: RuleSet }) {
  const { t } = useTranslation("touch");
  const words = useRuleWords();
  return (
    <ol style={{ margin: 0, paddingInlineStart: 24 }}>
      {rules.order.map((name) => (
        <li key={name} style={{ padding: "6px 0" }}>
          <Typography.Text strong>{t(`rule.${name}.name`)}</Typography.Text> <Reasons name={name} />
          <div>{t(`rule.${name}.what`)}</div>
          {words(name, rules).map((line) => (
            <Typography.Text key={line} type="secondary" style={{ display: "block" }}>
              {line}
            </Typography.Text>
          ))}
        </li>
      ))}
    </ol>
  );
}

function Versions({ now }: { now: number }) {
  const { t } = useTranslation("touch");
  const actor = useActorName();
  const [shown, show] = useInAddress("version");
  const query = useQuery({ queryKey: ["touch", "rules", "versions", now], queryFn: async ({ signal }) => (await answered(api.GET("/api/v1/touch/rules/versions", { signal }))) as Rules[] });
  return (
    <section>
      <Typography.Title level={2} style={{ fontSize: 16 }}>
        {t("rules.versions")}
      </Typography.Title>
      <Loaded query={query}>
        {(versions) => (
          <Table<Rules>
            aria-label={t("rules.versions")}
            size="small"
            rowKey="version"
            pagination={false}
            dataSource={versions}
            expandable={{ expandedRowRender: (row) => <InWords rules={row.rules} />, expandedRowKeys: shown ? [Number(shown)] : [], onExpand: (open, row) => show(open ? String(row.version) : null), showExpandColumn: false }}
            columns={[
              { title: t("rules.version"), render: (_, row) => <Flex gap={6}>{row.version}{row.version === now && <Tag color="success">{t("rules.now")}</Tag>}</Flex> },
              { title: t("rules.since"), render: (_, row) => <When at={row.at} /> },
              { title: t("rules.by"), render: (_, row) => actor(row.actor) },
              { title: t("reason.label"), render: (_, row) => row.reason },
              { title: "", render: (_, row) => <Button type="link" size="small" onClick={() => show(shown === String(row.version) ? null : String(row.version))}>{t(shown === String(row.version) ? "rules.hide" : "rules.show")}</Button> },
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}
