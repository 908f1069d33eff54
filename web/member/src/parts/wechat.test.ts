import { afterEach, describe, expect, it } from "vitest";

import { payInWeChat } from "./wechat";

const toPay = { app_id: "wx1", time_stamp: "1", nonce: "n", package: "prepay_id=1", sign_type: "RSA", pay_sign: "s" };

describe("paying within WeChat", () => {
  afterEach(() => {
    delete window.WeixinJSBridge;
  });

  it.each([
    ["get_brand_wcpay_request:ok", "paid"],
    ["get_brand_wcpay_request:cancel", "unpaid"],
    [undefined, "unpaid"],
  ])("is answered %s: %s", async (err_msg, outcome) => {
    const asked: unknown[] = [];
    window.WeixinJSBridge = {
      invoke: (name, given, done) => {
        asked.push(name, given["timeStamp"], given["package"]);
        done(err_msg === undefined ? {} : { err_msg });
      },
    };
    expect(await payInWeChat(toPay)).toBe(outcome);
    expect(asked).toEqual(["getBrandWCPayRequest", "1", "prepay_id=1"]);
  });

  it("is not done elsewhere", async () => expect(await payInWeChat(toPay)).toBe("elsewhere"));
});
