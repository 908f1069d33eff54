import type { Schema } from "@siyu/api";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useRewards } from "../../parts/rewards";

/** Where a task is done on these pages, by the fact that fulfils it; others are done elsewhere. */
const WAYS: Partial<Record<string, string>> = { "profile.identified": "/mine", "check_in.made": "/check-in", "member.invited": "/invite" };

export function TaskLine({ task }: { task: Schema<"MemberTaskRead"> }) {
  const { t } = useTranslation();
  const rewards = useRewards();
  const way = WAYS[task.fact];
  const every = task.every === "daily" || task.every === "weekly" || task.every === "friend" ? task.every : "once";
  return (
    <li className="line">
      <span>
        <strong>{task.name}</strong>
        <br />
        <span className="quiet">
          {rewards(task.rewards)} · {t(`tasks.${every}`)}
        </span>
      </span>
      {task.done_at ? <span className="plus">{t("tasks.done")}</span> : way ? <Link to={way}>{t("tasks.todo")}</Link> : <span className="quiet">{t("tasks.waits")}</span>}
    </li>
  );
}
