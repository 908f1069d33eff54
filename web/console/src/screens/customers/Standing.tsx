import type { Schema } from "@siyu/api";
import { Empty, useFormat, When } from "@siyu/kit";
import { Flex, Table, Tag, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useNames, useSourceOf } from "./names";

/** The standing ties, and those that ended. */
export function Relations({ relations }: { relations: readonly Schema<"Relation">[] }) {
  const { t } = useTranslation("customers");
  const names = useNames();
  const source = useSourceOf();
  const { when } = useFormat();
  if (relations.length === 0) return <Empty title={t("relations.none")} />;
  return (
    <Table<Schema<"Relation">>
      // It may scroll sideways; so the keyboard has to reach it.
      onRow={() => ({ tabIndex: 0 })}
      aria-label={t("relations.title")}
      size="small"
      pagination={false}
      scroll={{ x: "max-content" }}
      rowKey={(one) => `${one.kind}:${one.scope}`}
      dataSource={[...relations]}
      columns={[
        { key: "kind", title: t("relations.kind"), render: (_, one) => names.relation(one.kind) },
        { key: "scope", title: t("relations.scope"), render: (_, one) => scopeText(one.scope, names.platform) },
        { key: "since", title: t("relations.since"), render: (_, one) => <When at={one.since} precision="day" /> },
        {
          key: "state",
          title: t("relations.ended"),
          render: (_, one) => (one.ended_at ? t("relations.endedAt", { at: when(one.ended_at, "day") }) : <Tag>{t("relations.standing")}</Tag>),
        },
        { key: "source", title: t("relations.source"), render: (_, one) => source(one.source) },
      ]}
    />
  );
}

/** `youzan:云岫` is a shop on a platform. */
export function scopeText(scope: string, platform: (code: string) => string): string {
  const [first = "", ...rest] = scope.split(":");
  return [platform(first), ...rest].filter(Boolean).join(" · ") || "—";
}

export function Tags({ tags }: { tags: readonly Schema<"Tag">[] }) {
  const { t } = useTranslation("customers");
  const source = useSourceOf();
  const { when } = useFormat();
  if (tags.length === 0) return <Empty title={t("tags.none")} />;
  return (
    <Flex gap="small" wrap>
      {tags.map((one) => (
        <Tooltip key={`${one.tag}:${one.source}`} title={t("tags.since", { source: source(one.source), at: when(one.since, "day") })}>
          <Link to={`/customers?tag=${encodeURIComponent(one.tag)}`}>
            <Tag style={{ marginInlineEnd: 0, cursor: "pointer" }}>{one.tag}</Tag>
          </Link>
        </Tooltip>
      ))}
    </Flex>
  );
}
