import { answered, api } from "@siyu/api";
import { Segmented } from "antd";
import { useTranslation } from "react-i18next";

import { useAddress } from "../people/address";
import { useGroupName } from "../people/names";
import { PeopleDrawer } from "../people/PeopleDrawer";
import type { Definition, Kind } from "./definition";
import type { FunnelTable } from "./Result";
import { useStepName } from "./stepName";

/** The people who reached a step, or stopped at it. */
export function StepPeople({ definition, table, kinds }: { definition: Definition; table: FunnelTable; kinds: readonly Kind[] }) {
  const { t } = useTranslation("insight");
  const { search, change } = useAddress();
  const stepName = useStepName(kinds);
  const groupName = useGroupName(definition.by);
  const step = Number(search.get("step")) || 0;
  const asked = definition.steps[step - 1];
  const outcome = search.get("outcome") === "stopped" ? "stopped" : "reached";
  const group = search.get("group");
  const last = step === definition.steps.length;
  return (
    <PeopleDrawer
      open={asked !== undefined}
      title={asked && [t("funnel.step", { step: String(step) }), stepName(asked), ...(group === null ? [] : [groupName(group)])].join(" · ")}
      what={t(outcome === "stopped" ? "funnel.peopleStopped" : "funnel.peopleReached")}
      queryKey={["funnel", definition, table.first, table.last, table.until, step, outcome, group]}
      load={async (cursor, signal) => {
        const body = { ...definition, from: table.first, to: table.last, until: table.until, step, outcome, group, cursor, limit: 50 } as const;
        return await answered(api.POST("/api/v1/insight/funnel/people", { signal, body }));
      }}
      onClose={() => change({ step: null, outcome: null, group: null })}
    >
      {!last && (
        <Segmented
          aria-label={t("funnel.which")}
          value={outcome}
          options={(["reached", "stopped"] as const).map((value) => ({ value, label: t(`funnel.outcome_${value}`) }))}
          onChange={(value) => change({ outcome: value === "stopped" ? value : null }, true)}
          style={{ alignSelf: "flex-start" }}
        />
      )}
    </PeopleDrawer>
  );
}
