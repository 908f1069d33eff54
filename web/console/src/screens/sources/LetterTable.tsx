import { answered, api, type Schema } from "@siyu/api";
import { Confirm, DataTable, DetailDrawer, Empty, Opener, useInAddress, useLanguage, When, type Column } from "@siyu/kit";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Descriptions, Flex, Tag, Typography } from "antd";
import { useState, type Key } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../app/session";
import { useSourceName, useSources } from "../customers/names";
import { LetterGroups } from "./LetterGroups";

type Letter = Schema<"Letter">;
const STATES = ["open", "replayed", "discarded"] as const;

/** Messages that could not be processed: why, and what to do with them. */
export function LetterTable({ source }: { source?: number }) {
  const { t } = useTranslation("sources");
  const language = useLanguage();
  const may = useMay();
  const [selected, setSelected] = useState<Key[]>([]);
  const [shown, show] = useState<Letter>();
  const [state] = useInAddress("l_state");
  const names = useSourceName();
  const sources = useSources();
  const reason = (row: Letter): string => (language === "zh" ? row.reason_zh : row.reason);
  const columns: Column<Letter>[] = [
    {
      key: "reason",
      title: t("letters.reason"),
      render: (row) => (
        <Opener onClick={() => show(row)}>
          {reason(row)}
        </Opener>
      ),
    },
    { key: "code", title: t("letters.code"), render: (row) => <Typography.Text code>{row.code}</Typography.Text> },
    { key: "type", title: t("letters.type"), render: (row) => row.message_type },
    { key: "stage", title: t("letters.stage"), render: (row) => t(`live.stages.${row.stage}`) },
    ...(source === undefined ? [{ key: "source", title: t("letters.source"), render: (row: Letter) => names(row.source_id) }] : []),
    { key: "state", title: t("letters.state"), render: (row) => <Tag color={row.state === "open" ? "warning" : undefined}>{t(`letters.states.${row.state}`)}</Tag> },
    { key: "died", title: t("letters.died"), render: (row) => <When at={row.died_at} /> },
    { key: "id", title: t("letters.id"), render: (row) => row.message_id, optional: true },
  ];
  const manage = may("intake.manage") && (state ?? "open") === "open";
  return (
    <Flex vertical gap="middle">
      <LetterGroups source={source} />
      <DataTable
        name={source === undefined ? "letters" : "letters.source"}
        title={t("letters.title")}
        prefix="l_"
        columns={columns}
        filters={[
          { kind: "choice", key: "state", label: t("letters.state"), choices: STATES.map((value) => ({ value, label: t(`letters.states.${value}`) })) },
          { kind: "text", key: "code", label: t("letters.code") },
          ...(source === undefined ? [{ kind: "choice" as const, key: "source", label: t("letters.source"), choices: sources.map(({ id, name }) => ({ value: String(id), label: name })) }] : []),
        ]}
        rowKey={(row) => row.id}
        queryKey={["sources", "letters", source]}
        refresh={10_000}
        empty={<Empty title={t("letters.empty")} />}
        selection={manage ? { selected, onChange: setSelected } : undefined}
        actions={manage && <Actions selected={selected} onDone={() => setSelected([])} />}
        load={async ({ filters, cursor, limit }, signal) => {
          const wanted = STATES.find((each) => each === filters["state"]) ?? "open";
          const of = source ?? (Number(filters["source"]) || undefined);
          const query = { state: wanted, source_id: of, code: filters["code"] || undefined, before: cursor ? Number(cursor) : undefined, limit };
          const page = await answered(api.GET("/api/v1/dead-letters", { signal, params: { query } }));
          return { rows: page.items, next: page.next === null ? null : String(page.next) };
        }}
      />
      <DetailDrawer open={shown !== undefined} title={t("letters.detail", { id: String(shown?.id ?? "") })} onClose={() => show(undefined)}>
        {shown && (
          <Flex vertical gap="middle">
            <Alert type="warning" showIcon title={reason(shown)} />
            <Descriptions
              column={1}
              size="small"
              bordered
              items={[
                { key: "code", label: t("letters.code"), children: shown.code },
                { key: "stage", label: t("letters.stage"), children: t(`live.stages.${shown.stage}`) },
                { key: "type", label: t("letters.type"), children: shown.message_type },
                { key: "id", label: t("letters.id"), children: shown.message_id },
                { key: "source", label: t("letters.source"), children: names(shown.source_id) },
                { key: "received", label: t("letters.received"), children: <When at={shown.received_at} precision="second" /> },
                { key: "died", label: t("letters.died"), children: <When at={shown.died_at} precision="second" /> },
                { key: "state", label: t("letters.state"), children: t(`letters.states.${shown.state}`) },
              ]}
            />
            <Typography.Text type="secondary">{t("letters.sealed")}</Typography.Text>
          </Flex>
        )}
      </DetailDrawer>
    </Flex>
  );
}

function Actions({ selected, onDone }: { selected: readonly Key[]; onDone: () => void }) {
  const { t } = useTranslation("sources");
  const { message } = App.useApp();
  const client = useQueryClient();
  const ids = selected.map(Number);
  const count = String(ids.length);
  const done = async (said: string, left = 0): Promise<void> => {
    void (left > 0 ? message.warning(t("letters.notReplayed", { said, count: left })) : message.success(said));
    onDone();
    await client.invalidateQueries({ queryKey: ["sources", "letters"] });
  };
  const replay = async (): Promise<void> => {
    const answer = await answered(api.POST("/api/v1/dead-letters/replay", { body: { ids } }));
    // What the door would refuse again stays where it is.
    await done(t("letters.replayed", { count: answer.count }), ids.length - answer.count);
  };
  const discard = async (): Promise<void> => {
    const answer = await answered(api.POST("/api/v1/dead-letters/discard", { body: { ids } }));
    await done(t("letters.discarded", { count: answer.count }));
  };
  return (
    <>
      <Confirm disabled={ids.length === 0} label={t("letters.replay", { count: ids.length })} title={t("letters.replayAsk")} onConfirm={replay}>
        {t("letters.replayWhat")}
      </Confirm>
      <Confirm danger disabled={ids.length === 0} label={t("letters.discard", { count: ids.length })} title={t("letters.discardAsk", { count: Number(count) })} onConfirm={discard}>
        {t("letters.discardWhat")}
      </Confirm>
    </>
  );
}
