import { answered, api } from "@siyu/api";
import { Confirm, useLanguage, When } from "@siyu/kit";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Badge, Tooltip } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { stateOf, type Code } from "./codes";

const DOTS = { archived: "default", problem: "error", opening: "processing", changing: "processing", open: "success" } as const;

/** How a code stands on the platform, in one word; what is wrong is in its tip. */
export function CodeStanding({ code }: { code: Code }) {
  const { t } = useTranslation("channels");
  const language = useLanguage();
  const state = stateOf(code);
  const badge = <Badge status={DOTS[state]} text={t(`codes.states.${state}`)} />;
  return code.problem && state === "problem" ? <Tooltip title={code.problem[language]}>{badge}</Tooltip> : badge;
}

/** What the platform said when it was last asked in vain, and when it is asked again; what is gone there can be made anew. */
export function CodeProblem({ code }: { code: Code }) {
  const { t } = useTranslation("channels");
  const language = useLanguage();
  const may = useMay();
  const client = useQueryClient();
  const renew = async (): Promise<void> => {
    await answered(api.POST("/api/v1/channels/codes/{code_id}/renew", { params: { path: { code_id: code.id } } }));
    await client.invalidateQueries({ queryKey: ["channels", "codes"] });
  };
  if (!code.problem || code.archived_at !== null) return null;
  return (
    <Alert
      type="error"
      showIcon
      title={code.problem[language]}
      action={
        code.problem.code === "Gone" &&
        may("channels.manage") && (
          <Confirm label={t("codes.renew")} okText={t("codes.renew")} title={t("codes.renewAsk", { name: code.name })} onConfirm={renew}>
            {t("codes.renewWhat")}
          </Confirm>
        )
      }
      description={
        code.problem.retry_at !== null && (
          <>
            {t("codes.triedTimes", { count: code.problem.attempts })} {t("codes.retry")} <When at={code.problem.retry_at} ago />
          </>
        )
      }
    />
  );
}
