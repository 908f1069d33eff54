import { answered, api } from "@siyu/api";
import { Page } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Alert, Flex, Spin } from "antd";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useSearchParams } from "react-router";

import { StepLine } from "./StepLine";

const SLOW = 15_000;

/** Between asking for an import and its beginning: a moment, or longer when another one runs. */
export function Started() {
  const { t } = useTranslation("imports");
  const [search] = useSearchParams();
  const file = search.get("file");
  const since = Number(search.get("since"));
  const query = useQuery({
    queryKey: ["imports", "started", file, since],
    refetchInterval: 1000,
    queryFn: async ({ signal }) => {
      const runs = await answered(api.GET("/api/v1/imports", { signal, params: { query: { limit: 20 } } }));
      // One that goes on where it had stopped began earlier, but is written to now.
      return runs.find((run) => run.file_name === file && Date.parse(run.updated_at) >= since) ?? null;
    },
  });
  if (query.data) return <Navigate to={`/imports/${query.data.id}`} replace />;
  return (
    <Page title={t("started.title")} what={t("started.what")}>
      <Flex vertical gap="large">
        <StepLine step="run" />
        {query.dataUpdatedAt - since > SLOW && <Alert type="info" showIcon title={t("started.slow")} />}
        <Spin size="large" />
        <Link to="/imports">{t("started.toList")}</Link>
      </Flex>
    </Page>
  );
}
