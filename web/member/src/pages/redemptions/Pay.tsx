import { answered, api, type Schema } from "@siyu/api";
import Button from "antd-mobile/es/components/button";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../app/format";
import { usePress } from "../../app/queries";
import { Done } from "../../parts/Done";
import { Failed } from "../../parts/Failed";
import { useRemaining } from "../../parts/remaining";
import { payInWeChat } from "../../parts/wechat";

/** Paying for what was redeemed, or leaving it. What WeChat says in the page is a hint: the server asks the platform. */
export function Pay({ one, now }: { one: Schema<"OwnRedemption">; now: number }) {
  const { t } = useTranslation();
  const { money } = useFormats();
  const remaining = useRemaining();
  const asked = (key: string) => ({ params: { path: { redemption_id: one.id }, header: { "Idempotency-Key": key } } });
  const pay = usePress(async (_: undefined, key) => {
    const outcome = await payInWeChat(await answered(api.POST("/member/v1/redemptions/{redemption_id}/pay", asked(key))));
    if (outcome === "paid") await answered(api.POST("/member/v1/redemptions/{redemption_id}/look", asked(key)));
    return outcome;
  });
  const leave = usePress((_: undefined, key) => answered(api.POST("/member/v1/redemptions/{redemption_id}/leave", asked(key))));
  if (one.state !== "awaiting_payment") return <Done said={pay.data === "paid" && one.state === "placed" ? t("redemptions.paid") : leave.data && one.state === "cancelled" ? t("redemptions.left") : ""} />;
  const open = one.until !== null && now < Date.parse(one.until);
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
          <Button color="primary" loading={pay.isPending} onClick={() => pay.mutate(undefined)}>
            {t("redemptions.pay", { money: money(one.cash_fen) })}
          </Button>
        </div>
      )}
      <div role="status">
        {pay.data && <p className="notice">{t(pay.data === "paid" ? "redemptions.asking" : pay.data === "unpaid" ? "redemptions.unpaid" : "redemptions.elsewhere")}</p>}
      </div>
      <Failed problem={pay.error ?? leave.error} />
    </>
  );
}
