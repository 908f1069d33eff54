import { theme } from "antd";
import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";

import type { Evidence } from "./links";

interface Line {
  style: CSSProperties;
  /** Said on the line itself, for what did not simply merge. */
  label?: string;
}

/** How a line of each state is drawn: by its dashes and its word, and only then by its colour. */
export function useLines(): Record<Evidence["state"], Line> {
  const { t } = useTranslation("review");
  const { token } = theme.useToken();
  return {
    merged: { style: { stroke: token.colorPrimary, strokeWidth: 2 } },
    same: { style: { stroke: token.colorTextTertiary, strokeWidth: 1 } },
    confirmed: { style: { stroke: token.colorPrimary, strokeWidth: 4 }, label: `✓ ${t("state.confirmed")}` },
    demoted: { style: { stroke: token.colorTextSecondary, strokeWidth: 1.5, strokeDasharray: "8 5" }, label: `↓ ${t("state.demoted")}` },
    review: { style: { stroke: token.colorWarning, strokeWidth: 2.5, strokeDasharray: "2 5" }, label: `? ${t("state.review")}` },
    rejected: { style: { stroke: token.colorError, strokeWidth: 1.5, strokeDasharray: "12 4 2 4" }, label: `✕ ${t("state.rejected")}` },
  };
}
