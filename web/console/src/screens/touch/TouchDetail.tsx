import { When } from "@siyu/kit";
import { Descriptions, Flex, Tag, Timeline, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useNames } from "../customers/names";
import { TouchState } from "./TouchState";
import { useProgrammeName, useReason, useWayName, type Touch } from "./words";

/** One touch: what became of it, and everything that the gate had to say, decision by decision. */
export function TouchDetail({ touch }: { touch: Touch }) {
  const { t } = useTranslation("touch");
  const names = useNames();
  const programme = useProgrammeName();
  const way = useWayName();
  return (
    <Flex vertical gap="middle">
      <Descriptions
        column={1}
        size="small"
        bordered
        items={[
          { key: "state", label: t("column.state"), children: <TouchState state={touch.state} /> },
          { key: "customer", label: t("column.customer"), children: <Link to={`/customers/${touch.customer_id}/touches`}>#{touch.customer_id}</Link> },
          { key: "programme", label: t("column.programme"), children: programme(touch.programme_id) },
          { key: "purpose", label: t("column.purpose"), children: names.purpose(touch.purpose) },
          { key: "way", label: t("column.way"), children: touch.account_id ? way(touch.account_id, touch.way) : touch.wishes.map((wish) => way(wish.account_id, wish.way)).join(" → ") },
          { key: "proposed", label: t("column.proposed"), children: <When at={touch.proposed_at} precision="second" /> },
          ...(touch.due_at ? [{ key: "due", label: t("column.due"), children: <When at={touch.due_at} /> }] : []),
          { key: "valid", label: t("column.validUntil"), children: <When at={touch.valid_until} /> },
          ...(touch.ended_at ? [{ key: "ended", label: t("column.ended"), children: <When at={touch.ended_at} precision="second" /> }] : []),
          { key: "key", label: t("column.key"), children: <Typography.Text code copyable>{touch.key}</Typography.Text> },
        ]}
      />
      <section>
        <Typography.Title level={3} style={{ fontSize: 16 }}>
          {t("decisions.title")}
        </Typography.Title>
        <Decisions decisions={touch.decisions} />
      </section>
    </Flex>
  );
}

/** What was decided when, with every reason. */
export function Decisions({ decisions }: { decisions: Touch["decisions"] }) {
  const { t } = useTranslation("touch");
  return (
    <Timeline
      items={decisions.map((one) => ({
        key: one.at,
        color: one.outcome === "send" ? "green" : one.outcome === "drop" ? "red" : "orange",
        content: (
          <Flex vertical gap={2}>
            <span>
              <When at={one.at} precision="second" /> · <strong>{t(`outcome.${one.outcome as "send" | "defer" | "drop"}`)}</strong>
              {one.until && (
                <>
                  {" "}
                  {t("decisions.until")} <When at={one.until} />
                </>
              )}
            </span>
            <Reasons reasons={one.reasons} />
          </Flex>
        ),
      }))}
    />
  );
}

/** Every reason as a sentence, and what it does. */
export function Reasons({ reasons }: { reasons: Touch["decisions"][number]["reasons"] }) {
  const { t } = useTranslation("touch");
  const said = useReason();
  if (reasons.length === 0) return <Typography.Text type="secondary">{t("decisions.nothing")}</Typography.Text>;
  return (
    <ul style={{ margin: 0, paddingInlineStart: 18 }}>
      {reasons.map((reason, index) => (
        <li key={index}>
          {said(reason)} <Tag style={{ margin: 0 }}>{t(`effect.${reason.effect as "drop" | "defer" | "pass"}`)}</Tag>
        </li>
      ))}
    </ul>
  );
}
