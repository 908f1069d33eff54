import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { WithReason } from "../../touch/WithReason";
import type { State } from "../rewards";

const NEXT = { draft: ["live", "ended"], live: ["paused", "ended"], paused: ["live", "ended"], ended: [] } as const satisfies Record<State, readonly string[]>;

/** What may become of a template or an offer: each with a reason, for the audit. */
export function ToState({ of, state, onChange }: { of: "coupon" | "offer"; state: State; onChange: (state: "live" | "paused" | "ended", reason: string) => Promise<unknown> }) {
  const { t } = useTranslation("rewards");
  return (
    <Flex gap="small" wrap>
      {NEXT[state].map((next) => (
        <WithReason key={next} label={t(`to.${next}`)} title={t(`to.${next}Title`)} type={next === "live" ? "primary" : "default"} danger={next === "ended"} onDone={(reason) => onChange(next, reason)}>
          <Typography.Text>{t(`to.${of}.${next}`)}</Typography.Text>
        </WithReason>
      ))}
    </Flex>
  );
}
