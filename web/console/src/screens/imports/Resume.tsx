import { answered, api, type Schema } from "@siyu/api";
import { useShowError } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

/** Go on with an import that stopped; where its file is not here any more, upload it again. */
export function Resume({ run }: { run: Schema<"Run"> }) {
  const { t } = useTranslation("imports");
  const client = useQueryClient();
  const showError = useShowError();
  const resuming = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/imports/{run_id}/resume", { params: { path: { run_id: run.id } } })),
    onSuccess: (resumed) => client.setQueryData(["imports", run.id], resumed),
    onError: showError,
  });
  if (run.resumable) {
    return (
      <Button type="primary" loading={resuming.isPending} onClick={() => resuming.mutate()}>
        {t("run.resume")}
      </Button>
    );
  }
  return (
    <Link to={`/imports/new?resume=${encodeURIComponent(run.file_name)}`}>
      <Button tabIndex={-1}>{t("run.uploadAgain")}</Button>
    </Link>
  );
}
