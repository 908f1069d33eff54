import { answered, api } from "@siyu/api";
import { Confirm } from "@siyu/kit";
import { Flex, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../app/session";
import { Field } from "../journeys/forms/fields";
import { WithReason } from "../touch/WithReason";
import { canDo, useAgain, type Application, type Trial } from "./trials";

/** What can be done with these applications together: chosen, sent, approved or sent back. */
export function Acting({ trial, rows, onDone }: { trial: Trial; rows: readonly Application[]; onDone: () => void }) {
  const { t } = useTranslation("trials");
  const may = useMay();
  const again = useAgain();
  const [parcel, setParcel] = useState("");
  const params = { path: { trial_id: trial.id } };
  const application_ids = rows.map((row) => row.id);
  const count = rows.length;
  const can = canDo(rows, trial);
  const done = async (act: Promise<unknown>): Promise<void> => {
    await act;
    await again();
    onDone();
  };
  if (!may("trials.serve")) return null;
  return (
    <Flex gap="small" wrap>
      {can.choose && (
        <Confirm type="primary" label={t("act.choose", { count })} title={t("act.chooseTitle", { count })} onConfirm={() => done(answered(api.POST("/api/v1/trials/{trial_id}/choose", { params, body: { application_ids } })))}>
          {t("act.chooseWhat", { left: String(trial.left) })}
        </Confirm>
      )}
      {can.send && (
        <Confirm type="primary" label={t("act.send", { count })} title={t("act.sendTitle", { count })} onConfirm={() => done(answered(api.POST("/api/v1/trials/{trial_id}/send", { params, body: { application_ids, parcel: parcel.trim() } })))}>
          <p>{t("act.sendWhat")}</p>
          <Field label={t("application.parcel")} extra={t("act.parcelWhat")}>
            <Input aria-label={t("application.parcel")} maxLength={200} value={parcel} onChange={(event) => setParcel(event.target.value)} />
          </Field>
        </Confirm>
      )}
      {can.review && (
        <>
          <Confirm type="primary" label={t("act.approve", { count })} title={t("act.approveTitle", { count })} onConfirm={() => done(answered(api.POST("/api/v1/trials/{trial_id}/approve", { params, body: { application_ids } })))}>
            {t("act.approveWhat")}
          </Confirm>
          <WithReason label={t("act.sendBack", { count })} title={t("act.sendBackTitle", { count })} onDone={(note) => done(answered(api.POST("/api/v1/trials/{trial_id}/send_back", { params, body: { application_ids, note } })))}>
            {t("act.sendBackWhat")}
          </WithReason>
        </>
      )}
    </Flex>
  );
}
