import { answered, api } from "@siyu/api";
import { Flex } from "antd";
import { useTranslation } from "react-i18next";

import { Part, Rewards, Rows, Whole } from "./fields";
import { MonthPreview } from "./MonthPreview";
import { useGiven } from "./sentences";
import type { CheckInRules, Streak } from "./types";
import { Versioned, type Version } from "./Versioned";

type Rules = Version<CheckInRules>;

/** What checking in gives: each day, and days in a row; how far back a card makes up for a day. */
export function CheckInPage() {
  const { t } = useTranslation("members");
  return (
    <Versioned<CheckInRules>
      name="check-in"
      title={t("checkIn.title")}
      what={t("checkIn.what")}
      none={t("checkIn.none")}
      load={async (signal) => (await answered(api.GET("/api/v1/ledger/check_in", { signal }))) as Rules}
      history={async (signal) => (await answered(api.GET("/api/v1/ledger/check_in/versions", { signal }))) as Rules[]}
      save={(body) => answered(api.PUT("/api/v1/ledger/check_in", { body: { ...body, rules: { ...body.rules } } }))}
      said={(rules) => <InWords rules={rules} />}
      form={(draft, change) => <Editing draft={draft} change={change} />}
      preview={(draft) => <MonthPreview rules={draft} counted="days" ask={(rules) => answered(api.POST("/api/v1/ledger/check_in/preview", { body: { rules: { ...rules } } }))} />}
    />
  );
}

function InWords({ rules }: { rules: CheckInRules }) {
  const { t } = useTranslation("members");
  const given = useGiven();
  return (
    <ul style={{ margin: 0, paddingInlineStart: 24 }}>
      <li>{t("checkIn.daily", { given: given(rules.daily) })}</li>
      {rules.streaks.map((one) => (
        <li key={one.days}>{t("checkIn.streak", { days: String(one.days), given: given(one.rewards) })}</li>
      ))}
      <li>{rules.make_up_days > 0 ? t("checkIn.makeUp", { days: String(rules.make_up_days) }) : t("checkIn.noMakeUp")}</li>
    </ul>
  );
}

function Editing({ draft, change }: { draft: CheckInRules; change: (draft: CheckInRules) => void }) {
  const { t } = useTranslation("members");
  const most = Math.max(1, ...draft.streaks.map((one) => one.days));
  return (
    <Flex vertical gap="middle">
      <Part title={t("checkIn.everyDay")} what={t("checkIn.everyDayWhat")}>
        <Rewards label={t("checkIn.everyDay")} rewards={draft.daily} onChange={(daily) => change({ ...draft, daily })} />
      </Part>
      <Part title={t("checkIn.inARow")} what={t("checkIn.inARowWhat")}>
        <Rows<Streak>
          items={draft.streaks}
          add={t("checkIn.addStreak")}
          make={() => ({ days: most < 7 ? 7 : most * 2, rewards: [{ amount: 50, unit: "points", expires_days: 365 }] })}
          called={(one) => t("checkIn.streakOf", { days: String(one.days) })}
          onChange={(streaks) => change({ ...draft, streaks })}
        >
          {(one, set) => (
            <>
              <Whole label={t("checkIn.days")} value={one.days} min={2} max={3660} onChange={(days) => set({ days })} />
              <Rewards label={t("checkIn.streakOf", { days: String(one.days) })} rewards={one.rewards} onChange={(rewards) => set({ rewards })} />
            </>
          )}
        </Rows>
      </Part>
      <Part title={t("checkIn.cards")} what={t("checkIn.cardsWhat")}>
        <Whole label={t("checkIn.makeUpDays")} value={draft.make_up_days} min={0} max={366} onChange={(make_up_days) => change({ ...draft, make_up_days })} />
      </Part>
    </Flex>
  );
}
