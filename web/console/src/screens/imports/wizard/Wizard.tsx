import { answered, api, type Schema } from "@siyu/api";
import { Loaded, Page } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Button, Flex } from "antd";
import { useTranslation } from "react-i18next";
import { Link, Outlet, useLocation, useOutletContext, useParams } from "react-router";

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
  const other = (
    <Link to="/imports/new">
      <Button tabIndex={-1}>{t("recognise.other")}</Button>
    </Link>
  );
  return (
    <Page title={query.data?.name ?? t("upload.title")} above={<Link to="/imports">{t("run.back")}</Link>} actions={other}>
      <Flex vertical gap="large">
        <StepLine step={step} />
        <Loaded query={query}>{(waiting) => <Outlet context={waiting} />}</Loaded>
      </Flex>
    </Page>
  );
}
