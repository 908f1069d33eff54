import { ArrowDownOutlined, ArrowUpOutlined, InfoCircleOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Skeleton, theme, Tooltip, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useFormat } from "./figures";
import { ErrorState } from "./states";

export interface Delta {
  /** Change as a share of 1: 0.12 is 12 % more. */
  share: number;
  /** Against what: "上周". */
  against: string;
  /** Which way is good; `none` for figures that are neither. */
  good: "up" | "down" | "none";
}

interface Props {
  label: string;
  value: ReactNode;
  delta?: Delta | null;
  /** What is normal for this figure: "低于 1 秒". */
  normal?: string;
  /** How it is counted. */
  what?: ReactNode;
  /** Where the people behind the figure are. */
  to?: string;
  /** Whether the value is outside of what is normal. */
  alarming?: boolean;
  loading?: boolean;
  error?: unknown;
  onRetry?: () => void;
}

/** One figure: how much, how it moved, what is normal, and who is behind it. */
export function StatCard({ label, value, delta, normal, what, to, alarming = false, loading = false, error, onRetry }: Props) {
  const { t } = useTranslation("kit");
  const { token } = theme.useToken();
  return (
    <Card size="small" style={{ height: "100%" }} role="group" aria-label={label}>
      <Flex gap={4} align="center">
        <Typography.Text type="secondary">{label}</Typography.Text>
        {what && (
          <Tooltip title={what} trigger={["hover", "focus"]}>
            <Button type="text" size="small" icon={<InfoCircleOutlined />} aria-label={typeof what === "string" ? what : label} />
          </Tooltip>
        )}
      </Flex>
      {error ? (
        <ErrorState error={error} onRetry={onRetry} />
      ) : loading ? (
        <Skeleton active title={false} paragraph={{ rows: 2 }} />
      ) : (
        <>
          <div style={{ fontSize: 26, lineHeight: 1.4, color: alarming ? token.colorError : undefined }}>{value}</div>
          {delta && <Moved {...delta} />}
          {normal && (
            <div>
              <Typography.Text type="secondary">{t("stat.normal", { normal })}</Typography.Text>
            </div>
          )}
          {to && <Link to={to}>{t("stat.people")}</Link>}
        </>
      )}
    </Card>
  );
}

function Moved({ share, against, good }: Delta) {
  const { t } = useTranslation("kit");
  const { token } = theme.useToken();
  const format = useFormat();
  const way = share > 0 ? "up" : share < 0 ? "down" : "same";
  // antd's success and warning greens and reds are too pale for small text; their "active" shades are not.
  const color = good === "none" || way === "same" ? token.colorTextSecondary : way === good ? token.colorSuccess : token.colorError;
  return (
    <div>
      <span style={{ color }} aria-label={t(`stat.${way}`)} role="img">
        {way === "up" ? <ArrowUpOutlined /> : way === "down" ? <ArrowDownOutlined /> : "→"}
      </span>{" "}
      <span style={{ color }}>{format.share(Math.abs(share))}</span>{" "}
      <Typography.Text type="secondary">{t("stat.against", { against })}</Typography.Text>
    </div>
  );
}
