import { CheckOutlined, CloseOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Count, Empty, Loaded, Page, Sideways, toCsv, download, useFormat } from "@siyu/kit";
import { useQueries } from "@tanstack/react-query";
import { Button, Card, Flex, Select, Table, Typography, type TableProps } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../../app/session";
import { useAddress } from "../../insight/people/address";
import { PeopleDrawer } from "../../insight/people/PeopleDrawer";
import { Back } from "../Back";
import { useSegments } from "../rule/offers";
import { writeRule } from "../rule/tree";
import type { Segment } from "../segment";
import { anyOf, asRule, choices, MOST_SETS, noneOf, regionOf, type Expression } from "./regions";

interface Line {
  key: string;
  name: string;
  inside: readonly number[];
  /** Whether it is a part of the picture, or several of them together. */
  part: boolean;
  expression: Expression;
}

/** Several segments and how they lie to each other: each part with its people, to be kept or exported. */
export function Sets() {
  const { t } = useTranslation("segments");
  const { search, change } = useAddress();
  const query = useSegments();
  return (
    <Page title={t("sets.title")} what={t("sets.what")} above={<Back />}>
      <Loaded query={query}>
        {(segments) => {
          const asked = (search.get("of") ?? "").split(",").map(Number);
          const chosen = asked.flatMap((id) => segments.find((one) => one.id === id) ?? []).slice(0, MOST_SETS);
          return (
            <Flex vertical gap="middle">
              <Select<number[]>
                mode="multiple"
                maxCount={MOST_SETS}
                aria-label={t("sets.choose")}
                placeholder={t("sets.choose")}
                value={chosen.map((one) => one.id)}
                options={segments.map(({ id, name, people }) => ({ value: id, label: name, disabled: people === null }))}
                showSearch={{ optionFilterProp: "label" }}
                onChange={(ids) => change({ of: ids.join(","), line: null })}
                style={{ maxWidth: 720, width: "100%" }}
              />
              {chosen.length < 2 ? <Empty title={t("sets.two")} /> : <Parts key={chosen.map((one) => one.id).join()} chosen={chosen} />}
            </Flex>
          );
        }}
      </Loaded>
    </Page>
  );
}

function useLines(chosen: readonly Segment[]): Line[] {
  const { t } = useTranslation("segments");
  const ids = chosen.map((one) => one.id);
  const name = (id: number): string => chosen.find((one) => one.id === id)?.name ?? "";
  const parts = choices(ids).map((inside): Line => {
    const names = inside.map(name).join(" ∩ ");
    return { key: inside.join("-"), part: true, inside, name: inside.length === ids.length ? t("sets.inAll") : t(inside.length === 1 ? "sets.onlyIn" : "sets.inBoth", { names }), expression: regionOf(ids, inside) };
  });
  return [
    ...parts,
    { key: "union", part: false, inside: [], name: t("sets.union"), expression: anyOf(ids) },
    { key: "outside", part: true, inside: [], name: t("sets.outside"), expression: noneOf(ids) },
  ];
}

function Parts({ chosen }: { chosen: readonly Segment[] }) {
  const { t } = useTranslation("segments");
  const { search, change } = useAddress();
  const { count } = useFormat();
  const may = useMay();
  const navigate = useNavigate();
  const lines = useLines(chosen);
  const sizes = useQueries({
    queries: lines.map(({ expression }) => ({ queryKey: ["segments", "set", expression], queryFn: ({ signal }: { signal: AbortSignal }) => answered(api.POST("/api/v1/segments/set", { signal, body: { expression } })) })),
  });
  const size = (line: Line): number | undefined => sizes[lines.indexOf(line)]?.data?.people;
  const shown = lines.find((line) => line.key === search.get("line"));
  const columns: TableProps<Line>["columns"] = [
    ...chosen.map((one) => ({
      key: one.id,
      title: one.name,
      align: "center" as const,
      render: (_: unknown, line: Line) =>
        line.part && (line.inside.includes(one.id) ? <CheckOutlined aria-label={t("sets.in")} /> : <CloseOutlined aria-label={t("sets.out")} style={{ opacity: 0.55 }} />),
    })),
    { key: "name", title: t("sets.part"), render: (_, line) => line.name },
    { key: "people", title: t("column.people"), align: "right", render: (_, line) => <Count value={size(line)} /> },
    {
      key: "do",
      title: t("sets.do"),
      render: (_, line) => (
        <Flex gap="small">
          <Button type="link" size="small" disabled={!size(line)} onClick={() => change({ line: line.key })}>
            {t("people.show")}
          </Button>
          {may("segments.manage") && (
            <Button type="link" size="small" onClick={() => void navigate(`/segments/new?${new URLSearchParams({ rule: writeRule(asRule(line.expression)), name: line.name.slice(0, 100) }).toString()}`)}>
              {t("sets.save")}
            </Button>
          )}
        </Flex>
      ),
    },
  ];
  const save = (): void =>
    download("segments.csv", toCsv([...chosen.map((one) => one.name), t("sets.part"), t("column.people")], lines.map((line) => [...chosen.map((one) => (line.part ? (line.inside.includes(one.id) ? 1 : 0) : "")), line.name, size(line) ?? null])));
  return (
    <Card
      size="small"
      title={
        <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
          {t("sets.parts")}
        </Typography.Title>
      }
      extra={<Button onClick={save}>{t("sets.csv")}</Button>}
    >
      <Typography.Paragraph type="secondary">{chosen.map((one) => t("sets.sizeOf", { name: one.name, people: count(one.people ?? 0) })).join(t("sets.comma"))}</Typography.Paragraph>
      <Sideways label={t("sets.parts")}>
        <Table<Line> aria-label={t("sets.parts")} size="small" rowKey="key" columns={columns} dataSource={lines} pagination={false} style={{ minWidth: "max-content" }} />
      </Sideways>
      <PeopleDrawer
        open={shown !== undefined}
        title={shown?.name}
        queryKey={["segments", "set", shown?.expression]}
        load={(cursor, signal) => answered(api.POST("/api/v1/segments/set/people", { signal, body: { expression: shown?.expression ?? anyOf([]), cursor, limit: 50 } }))}
        onClose={() => change({ line: null })}
      />
    </Card>
  );
}
