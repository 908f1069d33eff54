import { answered, api, type Schema } from "@siyu/api";
import { Confirm, Loaded, Page } from "@siyu/kit";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Flex } from "antd";
import { useTranslation } from "react-i18next";
import { Link, Outlet, useLocation, useNavigate, useOutletContext, useParams } from "react-router";

import { StepLine, type Step } from "./StepLine";

export type Waiting = Schema<"WaitingFile">;

/** The file that waits, for the step that is shown. */
export function useWaiting(): Waiting {
  return useOutletContext<Waiting>();
}

/** An uploaded file on its way: which step it is at, and the step. */
export function Wizard() {
  const { t } = useTranslation("imports");
  const file = useParams()["file"] ?? "";
  const last = useLocation().pathname.split("/").at(-1);
  const step: Step = last === "mapping" || last === "preview" ? last : "recognise";
  const query = useQuery({
    queryKey: ["imports", "file", file],
    staleTime: Infinity,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/imports/files/{file_id}", { signal, params: { path: { file_id: file } } })),
  });
  const client = useQueryClient();
  const navigate = useNavigate();
  const forget = async (): Promise<void> => {
    await answered(api.DELETE("/api/v1/imports/files/{file_id}", { params: { path: { file_id: file } } }));
    client.removeQueries({ queryKey: ["imports", "file", file] });
    await navigate("/imports");
  };
  const actions = (
    <Flex gap="small" wrap>
      <Link to="/imports/new">
        <Button tabIndex={-1}>{t("recognise.other")}</Button>
      </Link>
      {query.data && (
        <Confirm label={t("upload.forget")} title={t("upload.forgetAsk")} okText={t("upload.forget")} danger onConfirm={forget}>
          {t("upload.forgetWhat")}
        </Confirm>
      )}
    </Flex>
  );
  return (
    <Page title={query.data?.name ?? t("upload.title")} above={<Link to="/imports">{t("run.back")}</Link>} actions={actions}>
      <Flex vertical gap="large">
        <StepLine step={step} />
        <Loaded query={query}>{(waiting) => <Outlet context={waiting} />}</Loaded>
      </Flex>
    </Page>
  );
}
