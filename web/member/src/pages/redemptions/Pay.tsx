import { answered, api, type Schema } from "@siyu/api";
import Button from "antd-mobile/es/components/button";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../app/format";
import { usePress } from "../../app/queries";
import { Done } from "../../parts/Done";
import { Failed } from "../../parts/Failed";
import { useRemaining } from "../../parts/remaining";
import { inWeChat, payInWeChat } from "../../parts/wechat";

type Redemption = Schema<"OwnRedemption">;

/**
 * Paying for what was redeemed, or leaving it: within WeChat by its bridge, elsewhere on its page, from which one comes back.
 * What is said here is a hint: the server asks the platform.
 */
export function Pay({ one, now, back }: { one: Redemption; now: number; back: boolean }) {
  const { t } = useTranslation();
  const { money } = useFormats();
  const remaining = useRemaining();
  const asked = (key: string) => ({ params: { path: { redemption_id: one.id }, header: { "Idempotency-Key": key } } });
  const look = usePress((_: undefined, key) => answered(api.POST("/member/v1/redemptions/{redemption_id}/look", asked(key))));
  const pay = usePress(async (_: undefined, key) => {
    if (!inWeChat()) {
      const { url } = await answered(api.POST("/member/v1/redemptions/{redemption_id}/pay_in_browser", asked(key)));
      location.assign(`${url}&redirect_url=${encodeURIComponent(`${location.origin}/m/redemptions?paid=${one.id}`)}`);
      return "leaving";
    }
    const outcome = await payInWeChat(await answered(api.POST("/member/v1/redemptions/{redemption_id}/pay", asked(key))));
    if (outcome === "paid") await answered(api.POST("/member/v1/redemptions/{redemption_id}/look", asked(key)));
    return outcome;
  });
  const leave = usePress((_: undefined, key) => answered(api.POST("/member/v1/redemptions/{redemption_id}/leave", asked(key))));
  const looked = useRef(false);
  const waits = one.state === "awaiting_payment";
  const { mutate } = look;
  const { reset } = pay;
  useEffect(() => {
    const shown = (event: PageTransitionEvent): void => void (event.persisted && reset()); // back by the browser's own button
    addEventListener("pageshow", shown);
    return () => removeEventListener("pageshow", shown);
  }, [reset]);
  useEffect(() => {
    if (!back || !waits || looked.current) return;
    looked.current = true; // once: they have come back from paying, or from closing it
    mutate(undefined);
  }, [back, waits, mutate]);
  if (!waits) {
    const paid = (pay.data === "paid" || back) && one.state === "placed";
    return <Done said={paid ? t("redemptions.paid") : leave.data && one.state === "cancelled" ? t("redemptions.left") : ""} />;
  }
  const open = one.until !== null && now < Date.parse(one.until);
  const said = look.isPending || pay.data === "paid" ? "asking" : pay.data === "elsewhere" ? "elsewhere" : look.data || pay.data === "unpaid" ? "unpaid" : null;
  return (
    <>
      <p className="quiet" role="timer">
        {open && one.until ? t("redemptions.payWithin", { time: remaining(one.until, now) }) : t("redemptions.late")}
      </p>
      {open && (
        <div className="row">
          <Button loading={leave.isPending} onClick={() => leave.mutate(undefined)}>
            {t("redemptions.leave")}
          </Button>
          <Button color="primary" loading={pay.isPending || pay.data === "leaving"} onClick={() => pay.mutate(undefined)}>
            {t("redemptions.pay", { money: money(one.cash_fen) })}
          </Button>
        </div>
      )}
      <div role="status">{said && <p className="notice">{t(`redemptions.${said}`)}</p>}</div>
      <Failed problem={pay.error ?? leave.error ?? look.error} />
    </>
  );
}
