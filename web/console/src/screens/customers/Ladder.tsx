import { CheckCircleFilled, EnvironmentFilled } from "@ant-design/icons";
import type { Schema } from "@siyu/api";
import { Flex, Tag, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useLadder } from "../../app/ladder";
import { holds, nextStep } from "./ladder";
import { useNames } from "./names";

/** The ladder from its top, where somebody stands on it, and what leads further. */
export function Ladder({ profile, orders }: { profile: Schema<"Profile">; orders: number }) {
  const { t } = useTranslation("customers");
  const { token } = theme.useToken();
  const names = useNames();
  const standing = (profile.relations ?? []).filter((one) => !one.ended_at).map((one) => one.kind);
  const rungs = [...useLadder()].reverse();
  return (
    <Flex vertical gap="small">
      <ol reversed style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {rungs.map((rung) => {
          const here = rung.layer === profile.layer;
          const reached = holds(rung, standing, orders);
          return (
            <li
              key={rung.layer}
              aria-current={here ? "step" : undefined}
              style={{
                display: "flex",
                gap: 8,
                alignItems: "center",
                padding: "7px 10px",
                marginInlineStart: rung.layer * 14,
                borderInlineStart: `3px ${reached ? "solid" : "dashed"} ${here ? token.colorPrimary : token.colorBorder}`,
                background: here ? token.colorPrimaryBg : undefined,
                fontWeight: here ? 600 : undefined,
              }}
            >
              {here ? <EnvironmentFilled aria-hidden /> : reached ? <CheckCircleFilled aria-hidden style={{ color: token.colorTextSecondary }} /> : null}
              <span>{names.layer(rung.layer)}</span>
              {here ? (
                <Tag style={{ marginInlineStart: "auto" }}>{t("ladder.here")}</Tag>
              ) : (
                <Typography.Text type="secondary" style={{ marginInlineStart: "auto" }}>
                  {t(reached ? "ladder.reached" : "ladder.notReached")}
                </Typography.Text>
              )}
            </li>
          );
        })}
      </ol>
      <Next layer={profile.layer} orders={orders} />
    </Flex>
  );
}

function Next({ layer, orders }: { layer: number; orders: number }) {
  const { t } = useTranslation("customers");
  const names = useNames();
  const next = nextStep(useLadder(), layer, orders);
  if (!next) return <Typography.Text>{t("ladder.top")}</Typography.Text>;
  const relations = next.relations.map(names.relation).join(" / ");
  const need = next.orders > 0 ? t("ladder.need.orders", { count: next.orders }) : t("ladder.need.relation", { relations });
  return (
    <Typography.Text>
      {t("ladder.next")}
      <Typography.Text strong>{names.layer(next.layer)}</Typography.Text> — {need}
    </Typography.Text>
  );
}
