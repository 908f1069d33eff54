import type { Schema } from "@siyu/api";

interface Bridge {
  invoke: (name: string, given: Record<string, string>, done: (answer: { err_msg?: string }) => void) => void;
}

declare global {
  interface Window {
    WeixinJSBridge?: Bridge;
  }
}

const WITHIN = /MicroMessenger/i.test(navigator.userAgent);

/** Whether WeChat shows this page: there one pays by its bridge, elsewhere at its address. */
export const inWeChat = (): boolean => WITHIN || window.WeixinJSBridge !== undefined;

/** Have WeChat ask for the money; what it says here is only a hint: the server asks the platform. */
export async function payInWeChat(toPay: Schema<"ToPay">): Promise<"paid" | "unpaid" | "elsewhere"> {
  const bridge = await found();
  if (!bridge) return "elsewhere";
  return new Promise((resolve) => {
    const given = {
      appId: toPay.app_id,
      timeStamp: toPay.time_stamp,
      nonceStr: toPay.nonce,
      package: toPay.package,
      signType: toPay.sign_type,
      paySign: toPay.pay_sign,
    };
    bridge.invoke("getBrandWCPayRequest", given, ({ err_msg }) => resolve(err_msg === "get_brand_wcpay_request:ok" ? "paid" : "unpaid"));
  });
}

/** Have WeChat ask whether they take money; what it says here is only a hint: the server asks the platform. */
export async function takeInWeChat(toConfirm: Schema<"ToConfirm">): Promise<"taken" | "left" | "elsewhere"> {
  const bridge = await found();
  if (!bridge) return "elsewhere";
  return new Promise((resolve) => {
    const given = { mchId: toConfirm.mch_id, appId: toConfirm.app_id, package: toConfirm.package };
    bridge.invoke("requestMerchantTransfer", given, ({ err_msg }) => resolve(err_msg === "requestMerchantTransfer:ok" ? "taken" : "left"));
  });
}

/** WeChat puts its bridge into the page a moment after it has loaded. */
async function found(): Promise<Bridge | undefined> {
  if (window.WeixinJSBridge || !WITHIN) return window.WeixinJSBridge;
  await Promise.race([
    new Promise((ready) => document.addEventListener("WeixinJSBridgeReady", ready, { once: true })),
    new Promise((late) => setTimeout(late, 3000)),
  ]);
  return window.WeixinJSBridge;
}
