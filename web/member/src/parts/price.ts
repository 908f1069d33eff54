import { useTranslation } from "react-i18next";

import { useFormats } from "../app/format";

/** What something costs: points, cash, or both. */
export function usePrice(): (points: number, fen: number) => string {
  const { t } = useTranslation();
  const { number, money } = useFormats();
  return (points, fen) => {
    if (fen === 0) return t("shop.points", { points: number(points) });
    return points === 0 ? money(fen) : t("shop.both", { points: number(points), money: money(fen) });
  };
}
