import { answered, api } from "@siyu/api";
import { Count, DataTable, DetailDrawer, Empty, Money, Opener, useInAddress, When, type Column } from "@siyu/kit";
import { Descriptions, Flex, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../app/session";
import { useActorName } from "../imports/names";
import { WithReason } from "../touch/WithReason";
import { DRAWS, useAgain, type Draw, type Prize, type Round } from "./draws";

/** The record of a round, in the order of its draws. */
export function Turns({ round }: { round: Round }) {
  const { t } = useTranslation("draws");
  const [open, show] = useInAddress("turn");
  const [rows, keep] = useState<readonly Draw[]>([]);
  const prizes = (round.rule["prizes"] ?? []) as Prize[];
  const name = (code: string): string => prizes.find((one) => one.code === code)?.name ?? code;
  const isThing = (code: string): boolean => prizes.some((one) => one.code === code && one.thing);
  const columns: Column<Draw>[] = [
    { key: "id", title: t("turn.one"), render: (row) => <Opener onClick={() => show(String(row.id))}>#{row.id}</Opener> },
    { key: "at", title: t("turn.at"), render: (row) => <When at={row.at} /> },
    { key: "customer", title: t("turn.customer"), render: (row) => <Link to={`/customers/${row.customer_id}`}>#{row.customer_id}</Link> },
    { key: "number", title: t("turn.number"), align: "right", render: (row) => <Count value={row.number} /> },
    { key: "drawn", title: t("turn.drawn"), render: (row) => name(row.drawn) },
    { key: "prize", title: t("turn.prize"), render: (row) => <Flex gap={4}>{name(row.prize)}{row.why && <Tag color="warning">{t(`why.${row.why}`)}</Tag>}</Flex> },
    { key: "handed", title: t("turn.handed"), render: (row) => (isThing(row.prize) ? row.handed_out_at ? <When at={row.handed_out_at} /> : <Tag color="warning">{t("turn.waits")}</Tag> : "—") },
    { key: "nonce", title: t("turn.nonce"), optional: true, render: (row) => row.nonce },
    { key: "seed", title: t("turn.clientSeed"), optional: true, render: (row) => row.client_seed || "—" },
  ];
  const shown = rows.find((one) => String(one.id) === open);
  return (
    <>
      <DataTable<Draw>
        name="draws.turns"
        title={t("tab.turns")}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={[...DRAWS, "turns", round.id]}
        empty={<Empty title={t("turn.none")} />}
        load={async ({ cursor, limit }, signal) => {
          const found = await answered(api.GET("/api/v1/draws/rounds/{round_id}/draws", { signal, params: { path: { round_id: round.id }, query: { after: Number(cursor) || 0, limit } } }));
          keep(found);
          return { rows: found, next: found.length === limit ? String(found.at(-1)?.id) : null };
        }}
      />
      <DetailDrawer open={open !== null} title={t("turn.title", { id: open ?? "" })} onClose={() => show(null)}>
        {shown ? <One draw={shown} name={name} thing={isThing(shown.prize)} /> : <Empty title={t("turn.notHere")} />}
      </DetailDrawer>
    </>
  );
}

/** Everything by which a draw can be checked; a thing that was won is handed out here. */
function One({ draw, name, thing }: { draw: Draw; name: (code: string) => string; thing: boolean }) {
  const { t } = useTranslation("draws");
  const may = useMay();
  const again = useAgain();
  const actor = useActorName();
  const handOut = async (note: string): Promise<void> => {
    await answered(api.POST("/api/v1/draws/record/{draw_id}/hand_out", { params: { path: { draw_id: draw.id } }, body: { note } }));
    await again();
  };
  const moved = (before: number | null, after: number | null): string => (before === null ? "—" : `${before} → ${String(after)}`);
  return (
    <Flex vertical gap="middle">
      <Descriptions
        size="small"
        bordered
        column={1}
        items={[
          { key: "customer", label: t("turn.customer"), children: <Link to={`/customers/${draw.customer_id}`}>#{draw.customer_id}</Link> },
          { key: "at", label: t("turn.at"), children: <When at={draw.at} /> },
          { key: "nonce", label: t("turn.nonce"), children: draw.nonce },
          { key: "seed", label: t("turn.clientSeed"), children: draw.client_seed || "—" },
          { key: "number", label: t("turn.number"), children: <Count value={draw.number} /> },
          { key: "drawn", label: t("turn.drawn"), children: name(draw.drawn) },
          { key: "prize", label: t("turn.prize"), children: draw.why ? `${name(draw.prize)} · ${t(`why.${draw.why}`)}` : name(draw.prize) },
          { key: "stock", label: t("turn.stock"), children: moved(draw.stock_before, draw.stock_after) },
          { key: "budget", label: t("turn.budget"), children: draw.budget_before === null ? "—" : <><Money fen={draw.budget_before} /> → <Money fen={draw.budget_after} /></> },
          { key: "paid", label: t("turn.paidBy"), children: draw.paid_by ? `#${draw.paid_by}` : t("round.free") },
          { key: "given", label: t("turn.givenBy"), children: draw.given_by ? `#${draw.given_by}` : "—" },
          { key: "actor", label: t("turn.actor"), children: actor(draw.actor) },
          ...(thing ? [{ key: "handed", label: t("turn.handed"), children: draw.handed_out_at ? <><When at={draw.handed_out_at} /> · {actor(draw.handed_out_by)}</> : t("turn.waits") }] : []),
        ]}
      />
      {thing && !draw.handed_out_at && may("draws.serve") && (
        <div>
          <WithReason type="primary" label={t("turn.handOut")} title={t("turn.handOutTitle")} onDone={handOut}>
            {t("turn.handOutWhat")}
          </WithReason>
        </div>
      )}
    </Flex>
  );
}
