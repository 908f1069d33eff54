import { answered, api, type Schema } from "@siyu/api";
import { Confirm, useFormat } from "@siyu/kit";
import { Checkbox, Flex } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useAgain } from "../rewards";

type Used = Schema<"UsedRead">;

/** A refund of an order: all of its lines, until some are chosen. What shipping cost is the line without a name. */
export function GiveBack({ use, onDone }: { use: Used; onDone: (back: Schema<"ReturnedRead">) => void }) {
  const { t } = useTranslation("rewards");
  const { money } = useFormat();
  const again = useAgain();
  const shares = new Map<string, number>();
  for (const coupon of use.coupons) for (const [line, fen] of Object.entries(coupon.shares)) shares.set(line, (shares.get(line) ?? 0) + fen);
  const open = [...shares.keys()].filter((line) => !use.refunded.includes(line));
  const [chosen, choose] = useState<string[] | null>(null);
  const lines = (chosen ?? open).filter((line) => open.includes(line));
  const giveBack = async (): Promise<void> => {
    const body = lines.length === open.length ? {} : { lines };
    onDone(await answered(api.POST("/api/v1/rewards/coupons/uses/{use_id}/return", { params: { path: { use_id: use.id } }, body })));
    choose(null);
    await again();
  };
  const name = (line: string): string => `${line ? t("using.line", { n: line }) : t("uses.shipping")} · ${t("uses.lineOff", { money: money(shares.get(line) ?? 0) })}`;
  return (
    <Confirm size="small" label={t("uses.back")} title={t("uses.backTitle", { order: use.order })} ready={lines.length > 0} onConfirm={giveBack}>
      <Flex vertical gap="small">
        {t("uses.backWhat")}
        {[...shares.keys()].map((line) => (
          <Checkbox
            key={line}
            disabled={!open.includes(line)}
            checked={!open.includes(line) || lines.includes(line)}
            onChange={(event) => choose(event.target.checked ? [...lines, line] : lines.filter((one) => one !== line))}
          >
            {name(line)}
            {!open.includes(line) && ` · ${t("uses.refunded")}`}
          </Checkbox>
        ))}
      </Flex>
    </Confirm>
  );
}
