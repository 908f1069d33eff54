import { useIdentifierName } from "@siyu/kit";
import { Flex, Input, Select, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { IDENTIFIERS, SCOPED, TARGETS, type Chosen, type Kind } from "./mapping";
import type { Waiting } from "./Wizard";

type Column = Waiting["columns"][number];

/** What a field is called. */
export function useTargetName(): (target: string) => string {
  const { t, i18n } = useTranslation("imports");
  return (target) => (i18n.exists(`imports:mapping.targets.${target}`) ? t(`mapping.targets.${target}` as never) : target);
}

interface Props {
  kind: Kind;
  columns: readonly Column[];
  chosen: Chosen;
  onChange: (change: Partial<Chosen>) => void;
}

/** Each column with some of its values, and what it is. */
export function ColumnMeanings({ kind, columns, chosen, onChange }: Props) {
  const { t } = useTranslation("imports");
  const options = useOptions(kind);
  const mean = (column: string, meaning: string | undefined): void => {
    const { [column]: _, ...others } = chosen.meanings;
    onChange({ meanings: meaning ? { ...others, [column]: meaning } : others });
  };
  const scoped = (column: string): boolean => {
    const [sort, type = ""] = (chosen.meanings[column] ?? "").split(":");
    return (sort === "id" || sort === "contact") && SCOPED.has(type);
  };
  return (
    <Table<Column>
      size="small"
      rowKey="name"
      aria-label={t("mapping.title")}
      dataSource={[...columns]}
      pagination={false}
      scroll={{ x: "max-content" }}
      columns={[
        { key: "name", title: t("recognise.column"), render: (_, row) => <strong>{row.name}</strong> },
        {
          key: "samples",
          title: t("recognise.samples"),
          render: (_, row) => (
            <Typography.Text type="secondary" style={{ maxWidth: 320, display: "inline-block" }} ellipsis={{ tooltip: row.samples.join(" · ") }}>
              {row.samples.join(" · ")}
            </Typography.Text>
          ),
        },
        {
          key: "meaning",
          title: t("mapping.target"),
          render: (_, row) => (
            <Flex gap="small">
              <Select
                aria-label={`${row.name}: ${t("mapping.target")}`}
                style={{ width: 220 }}
                allowClear
                showSearch={{ optionFilterProp: "label" }}
                placeholder={t("mapping.ignore")}
                value={chosen.meanings[row.name]}
                options={options(row.name)}
                onChange={(meaning: string | undefined) => mean(row.name, meaning)}
              />
              {scoped(row.name) && (
                <Input
                  aria-label={`${row.name}: ${t("mapping.scope")}`}
                  style={{ width: 180 }}
                  placeholder={t("mapping.scopeHint")}
                  value={chosen.scopes[row.name] ?? ""}
                  onChange={(event) => onChange({ scopes: { ...chosen.scopes, [row.name]: event.target.value.trim() } })}
                />
              )}
            </Flex>
          ),
        },
      ]}
    />
  );
}

function useOptions(kind: Kind) {
  const { t } = useTranslation("imports");
  const identifierName = useIdentifierName();
  const targetName = useTargetName();
  const groups = Object.entries(TARGETS[kind]) as [keyof (typeof TARGETS)["orders"] | keyof (typeof TARGETS)["customers"], readonly string[]][];
  return (column: string) => [
    {
      label: t("mapping.groups.identifiers"),
      options: [
        ...IDENTIFIERS.map((type) => ({ value: `id:${type}`, label: identifierName(type) })),
        ...(kind === "orders" ? [{ value: "contact:phone", label: `${identifierName("phone")} · ${t("mapping.contact")}` }] : []),
      ],
    },
    ...groups.map(([group, targets]) => ({
      label: t(`mapping.groups.${group}`),
      options: targets.map((target) => ({ value: `field:${target}`, label: targetName(target) })),
    })),
    {
      label: t("mapping.extra"),
      options: [
        ...(kind === "customers" ? [{ value: "trait", label: t("mapping.trait", { name: column }) }] : []),
        { value: "extra", label: t("mapping.extra") },
      ],
    },
  ];
}
