import { answered, api } from "@siyu/api";
import { Empty, Loaded, Page } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useMay } from "../../../../app/session";
import { useCode, type Code } from "../codes";
import { CodeForm } from "./CodeForm";
import { definitionOf, draftOf, type Draft } from "./draft";

/** Change a code; what hangs on walls stays valid. */
export function EditCode() {
  const { t } = useTranslation("channels");
  const may = useMay();
  const id = Number(useParams()["code"]);
  const query = useCode(id);
  return (
    <Page title={query.data ? t("form.editOf", { name: query.data.name }) : t("form.edit")} what={t("form.editWhat")} above={<Link to={`/channels/codes/${id}`}>{t("codes.backTo")}</Link>}>
      {may("channels.manage") ? <Loaded query={query}>{(code) => (code.archived_at ? <Empty title={t("codes.archivedWhat")} /> : <Changing code={code} />)}</Loaded> : <Empty title={t("form.notAllowed")} />}
    </Page>
  );
}

function Changing({ code }: { code: Code }) {
  const { t } = useTranslation("channels");
  const { message } = App.useApp();
  const client = useQueryClient();
  const navigate = useNavigate();
  const draft = useMemo(() => draftOf(code.name, code.definition), [code]);
  const saving = useMutation({
    mutationFn: (filled: Draft) => answered(api.PATCH("/api/v1/channels/codes/{code_id}", { params: { path: { code_id: code.id } }, body: { name: filled.name.trim(), definition: definitionOf(filled, code.kind) } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["channels", "codes"] });
      void message.success(t("form.changed"));
      await navigate(`/channels/codes/${code.id}`);
    },
  });
  return <CodeForm account={code.account_id} kind={code.kind} draft={draft} fresh={false} own={code.id} saving={saving.isPending} error={saving.error} onSave={(filled) => saving.mutate(filled)} onCancel={() => void navigate(`/channels/codes/${code.id}`)} />;
}
