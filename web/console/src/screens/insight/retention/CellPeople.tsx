import { answered, api } from "@siyu/api";
import { Segmented } from "antd";
import { useTranslation } from "react-i18next";

import { useGroupName } from "../people/names";
import { PeopleDrawer } from "../people/PeopleDrawer";
import { useAddress } from "../people/address";
import { cohortName, readCell } from "./matrix";
import type { Asked } from "./Retention";

interface Props {
  asked: Asked;
  group: string | undefined;
  /** The moment of the table: the list counts what the table counted. */
  until: string;
}

/** The people behind a square: those who came back in that period, or those who did not. */
export function CellPeople({ asked, group, until }: Props) {
  const { t } = useTranslation("insight");
  const { search } = useAddress();
  const name = useGroupName(asked.by);
  const cell = readCell(asked.cell);
  const active = search.get("back") !== "no";
  const { period, by, from, to, change } = asked;
  return (
    <PeopleDrawer
      open={cell !== null}
      title={cell && [cell.cohort === null ? t("retention.all") : t("retention.cohortOf", { cohort: cohortName(cell.cohort, period) }), t(`period.after_${period}`, { n: String(cell.offset) }), ...(group === undefined ? [] : [name(group)])].join(" · ")}
      what={t(active ? "retention.peopleBack" : "retention.peopleAway")}
      queryKey={["retention", period, by, cell, cell?.cohort === null && [from, to], group, active, until]}
      load={async (cursor, signal) => {
        const shown = cell?.cohort ? { cohort: cell.cohort } : { cohorts_from: from, cohorts_to: to };
        const query = { ...shown, offset: cell?.offset ?? 0, active, group, period, by, until, cursor };
        return await answered(api.GET("/api/v1/insight/retention/people", { signal, params: { query } }));
      }}
      onClose={() => change({ cell: null, back: null })}
    >
      <Segmented
        aria-label={t("retention.which")}
        value={active ? "yes" : "no"}
        options={[
          { value: "yes", label: t("retention.back") },
          { value: "no", label: t("retention.away") },
        ]}
        onChange={(back) => change({ back: back === "no" ? "no" : null }, true)}
        style={{ alignSelf: "flex-start" }}
      />
    </PeopleDrawer>
  );
}
