import { Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useStaffName } from "../mirrored";
import type { Code } from "./codes";

const COLOURS = { on_duty: "success", backups: "warning", over_cap: "warning", nobody: "error" } as const;

/** Who serves now, and why these. */
export function Serving({ code, most = 3 }: { code: Code; most?: number }) {
  const { t } = useTranslation("channels");
  const name = useStaffName(code.account_id);
  if (code.kind === "group") return <span>{t("codes.chats", { count: code.definition.chats?.group_ids.length ?? 0 })}</span>;
  if (code.archived_at !== null) return null;
  if (code.kind === "follow") return <span>{t("codes.theAccount")}</span>;
  const named = code.serving.slice(0, most).map(name).join("、");
  return (
    <Flex gap={4} align="center" wrap>
      <span>{code.serving.length > most ? t("codes.andMore", { named, count: code.serving.length }) : named}</span>
      {code.serving_by !== "on_duty" && <Tag color={COLOURS[code.serving_by]}>{t(`codes.by.${code.serving_by}`)}</Tag>}
      {code.serving.length > 0 && !code.current && <Typography.Text type="secondary">{t("codes.notYet")}</Typography.Text>}
    </Flex>
  );
}
