import { answered, api, type Schema } from "@siyu/api";
import { Count, DataTable, DetailDrawer, ErrorNote, Opener, Page, useInAddress, type Column } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { Field } from "../../journeys/forms/fields";
import { useUnitName, useUnits } from "../units";

type Unit = Schema<"UnitLine">;

/** What the ledger counts, how long what is given back lives, and how much one person may post alone. */
export function Units() {
  const { t } = useTranslation("units");
  const may = useMay();
  const called = useUnitName();
  const units = useUnits();
  const [open, show] = useInAddress("unit");
  const chosen = units.data?.find((one) => one.code === open);
  const columns: Column<Unit>[] = [
    { key: "name", title: t("name"), render: (row) => (may("ledger.manage") ? <Opener onClick={() => show(row.code)}>{called(row.code)}</Opener> : called(row.code)) },
    { key: "code", title: t("code"), render: (row) => row.code },
    { key: "grace", title: t("grace"), align: "right", render: (row) => (row.grace_days === null ? t("noGrace") : t("days", { count: row.grace_days })) },
    { key: "by_hand", title: t("byHand"), align: "right", render: (row) => <Count value={row.by_hand} /> },
  ];
  return (
    <Page title={t("title")} what={t("what")}>
      <DataTable<Unit>
        name="units"
        title={t("title")}
        columns={columns}
        rowKey={(row) => row.code}
        queryKey={["members", "units", "table"]}
        load={async (_, signal) => ({ rows: await answered(api.GET("/api/v1/ledger/units", { signal })), next: null })}
      />
      <DetailDrawer open={chosen !== undefined} title={chosen && called(chosen.code)} onClose={() => show(null)}>
        {chosen && <Change key={chosen.code} unit={chosen} onDone={() => show(null)} />}
      </DetailDrawer>
    </Page>
  );
}

function Change({ unit, onDone }: { unit: Unit; onDone: () => void }) {
  const { t } = useTranslation("units");
  const client = useQueryClient();
  const [name, setName] = useState(unit.name);
  const [grace, setGrace] = useState(unit.grace_days);
  const [byHand, setByHand] = useState<number | null>(unit.by_hand);
  const saving = useMutation({
    mutationFn: () => answered(api.PUT("/api/v1/ledger/units/{unit}", { params: { path: { unit: unit.code } }, body: { name: name.trim(), grace_days: grace, by_hand: byHand ?? 0 } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["members", "units"] });
      onDone();
    },
  });
  return (
    <Form layout="vertical" component="div">
      <Field label={t("name")} required>
        <Input aria-label={t("name")} maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Field label={t("grace")} extra={t("graceWhat")}>
        <InputNumber aria-label={t("grace")} min={0} max={3650} precision={0} value={grace} onChange={setGrace} style={{ width: 160 }} />
      </Field>
      <Field label={t("byHand")} extra={t("byHandWhat")} required>
        <InputNumber<number> aria-label={t("byHand")} min={0} max={1_000_000_000} precision={0} value={byHand} onChange={setByHand} style={{ width: 200 }} />
      </Field>
      <ErrorNote error={saving.error} />
      <Button type="primary" disabled={!name.trim() || byHand === null} loading={saving.isPending} onClick={() => saving.mutate()}>
        {t("save")}
      </Button>
    </Form>
  );
}
