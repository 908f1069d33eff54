import {
  ApiOutlined,
  BranchesOutlined,
  CheckCircleOutlined,
  ClockCircleOutlined,
  CustomerServiceOutlined,
  FlagOutlined,
  FormOutlined,
  GiftOutlined,
  HourglassOutlined,
  LoginOutlined,
  PictureOutlined,
  SendOutlined,
  TagOutlined,
  UsergroupAddOutlined,
  WarningFilled,
} from "@ant-design/icons";
import { Handle, Position } from "@xyflow/react";
import { useLanguage } from "@siyu/kit";
import { theme, Tooltip } from "antd";
import type { CSSProperties, ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Problem, StepKind } from "../journey";
import { HEIGHT, WIDTH } from "./layout";

export const ICONS: Record<StepKind | "entry", ReactNode> = {
  entry: <LoginOutlined />,
  send: <SendOutlined />,
  wait: <ClockCircleOutlined />,
  wait_for: <HourglassOutlined />,
  branch: <BranchesOutlined />,
  invite: <UsergroupAddOutlined />,
  moment: <PictureOutlined />,
  staff_task: <CustomerServiceOutlined />,
  tag: <TagOutlined />,
  trait: <FormOutlined />,
  points: <GiftOutlined />,
  webhook: <ApiOutlined />,
  goal: <FlagOutlined />,
  exit: <CheckCircleOutlined />,
};

interface Props {
  kind: StepKind | "entry";
  name: string;
  says: string;
  problems: readonly Problem[];
  below: ReactNode;
  selected: boolean;
  onOpen?: () => void;
}

/** One step on the canvas: what kind, how it is called, what it does. */
export function StepCard({ kind, name, says, problems, below, selected, onOpen }: Props) {
  const { t } = useTranslation("journeys");
  const { token } = theme.useToken();
  const reaches = kind === "send" || kind === "invite" || kind === "moment";
  const edge = problems.length ? token.colorError : selected || reaches ? token.colorPrimary : token.colorBorder;
  const style: CSSProperties = {
    width: WIDTH,
    height: HEIGHT,
    padding: "6px 12px",
    textAlign: "start",
    font: "inherit",
    color: token.colorText,
    background: token.colorBgElevated,
    border: `1px solid ${edge}`,
    borderInlineStartWidth: 4,
    borderRadius: token.borderRadiusLG,
    boxShadow: selected ? `0 0 0 2px ${token.colorPrimaryBorder}` : token.boxShadowTertiary,
    cursor: onOpen ? "pointer" : "default",
    display: "flex",
    flexDirection: "column",
    justifyContent: "center",
    gap: 2,
    overflow: "hidden",
  };
  const inside = (
    <>
      <span style={{ display: "flex", alignItems: "center", gap: 6, fontSize: 12, color: token.colorTextSecondary }}>
        {ICONS[kind]}
        <span style={{ flex: 1 }}>{kind === "entry" ? t("canvas.entry") : t(`canvas.kind.${kind}`)}</span>
        {problems.length > 0 && <Wrong problems={problems} />}
      </span>
      {name && <strong style={ONE_LINE}>{name}</strong>}
      <span style={{ fontSize: 12, color: token.colorTextSecondary, ...(name && (below ?? null) !== null ? ONE_LINE : TWO_LINES) }} title={says}>
        {says}
      </span>
      {below}
    </>
  );
  return (
    <>
      <Handle type="target" position={Position.Top} style={HIDDEN} />
      <Handle type="source" position={Position.Bottom} style={HIDDEN} />
      {onOpen ? (
        <button type="button" className="nopan" style={style} onClick={onOpen}>
          {inside}
        </button>
      ) : (
        <div style={style}>{inside}</div>
      )}
    </>
  );
}

function Wrong({ problems }: { problems: readonly Problem[] }) {
  const { t } = useTranslation("journeys");
  const { token } = theme.useToken();
  const language = useLanguage();
  return (
    <Tooltip title={problems.map((one) => one[language]).join(" ")}>
      <span style={{ color: token.colorError, whiteSpace: "nowrap" }}>
        <WarningFilled /> {t("canvas.problems", { count: problems.length })}
      </span>
    </Tooltip>
  );
}

const HIDDEN = { opacity: 0, pointerEvents: "none" } as const;
const ONE_LINE: CSSProperties = { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", maxWidth: "100%" };
const TWO_LINES: CSSProperties = { overflow: "hidden", display: "-webkit-box", WebkitLineClamp: 2, WebkitBoxOrient: "vertical" };
