import { answered, api, type Schema } from "@siyu/api";
import { useMutation } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../app/format";
import { usePress } from "../../app/queries";
import { Done } from "../../parts/Done";
import { Failed } from "../../parts/Failed";

/** To take along what is known, and to have it deleted. */
export function Own({ deletion }: { deletion: Schema<"OwnDeletion"> | null }) {
  const { t } = useTranslation();
  const { day } = useFormats();
  const [asked, setAsked] = useState(false);
  const take = useMutation({ retry: false, mutationFn: saved });
  const ask = usePress((_: undefined, key) => answered(api.POST("/member/v1/data/deletion", { params: { header: { "Idempotency-Key": key } } })));
  const back = usePress((_: undefined, key) =>
    answered(api.POST("/member/v1/data/deletion/take_back", { params: { header: { "Idempotency-Key": key } } })),
  );
  return (
    <section className="card" aria-labelledby="own">
      <h2 id="own" className="title">
        {t("mine.data")}
      </h2>
      <p className="quiet">{t("mine.exportHint")}</p>
      <Button block loading={take.isPending} onClick={() => take.mutate()}>
        {t("mine.export")}
      </Button>
      <Done said={take.isSuccess ? t("mine.exported") : ""} />
      <Failed problem={take.error ?? ask.error ?? back.error} />
      {deletion ? (
        <div className="notice">
          <p>{t("mine.deleteAsked", { date: day(deletion.due_at) })}</p>
          <Button size="small" loading={back.isPending} onClick={() => back.mutate(undefined)}>
            {t("mine.takeBack")}
          </Button>
        </div>
      ) : asked ? (
        <div className="notice" role="group" aria-label={t("mine.deleteTitle")}>
          <p>
            <strong>{t("mine.deleteTitle")}</strong>
          </p>
          <p>{t("mine.deleteText")}</p>
          <div className="row">
            <Button size="small" onClick={() => setAsked(false)}>
              {t("state.cancel")}
            </Button>
            <Button size="small" color="danger" loading={ask.isPending} onClick={() => ask.mutate(undefined, { onSuccess: () => setAsked(false) })}>
              {t("state.confirm")}
            </Button>
          </div>
        </div>
      ) : (
        <button type="button" className="plain" onClick={() => setAsked(true)}>
          {t("mine.delete")}
        </button>
      )}
    </section>
  );
}

/** Fetch the export and hand it to the browser as a file. */
async function saved(): Promise<void> {
  const text = await answered(api.POST("/member/v1/data/export", { parseAs: "text" }));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = `my-data-${new Date().toISOString().slice(0, 10)}.json`;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
