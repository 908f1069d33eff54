import { Badge } from "antd";
import { useTranslation } from "react-i18next";

import type { Account } from "./accounts";
import { standingOf } from "./health";

const DOTS = { paused: "default", unknown: "warning", ok: "success", bad: "error" } as const;

/** Whether an account works, in one word. */
export function Standing({ account }: { account: Pick<Account, "state" | "health"> }) {
  const { t } = useTranslation("channels");
  const standing = standingOf(account);
  return <Badge status={DOTS[standing]} text={t(`standing.${standing}`)} />;
}
