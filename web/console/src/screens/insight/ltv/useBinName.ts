import { useFormat } from "@siyu/kit";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { Bin } from "./bins";

/** How a bin is called: `¥100–500`. */
export function useBinName(): (bin: Pick<Bin, "low" | "high">) => string {
  const { t } = useTranslation("insight");
  const format = useFormat();
  return useCallback(
    ({ low, high }) => {
      const money = (fen: number): string => format.money(fen, true).replace(/\.00$/, "");
      if (low === null) return t("ltv.under", { to: money(high ?? 0) });
      if (high === null) return t("ltv.over", { from: money(low) });
      return `${money(low)} – ${money(high)}`;
    },
    [t, format],
  );
}
