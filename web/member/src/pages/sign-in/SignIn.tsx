import { answered, api } from "@siyu/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";

import { SIGNED_IN } from "../../app/queries";
import { invitation } from "../../parts/invitation";
import { Queried } from "../../parts/Queried";
import { PhoneCode } from "./PhoneCode";
import { wayBack } from "./wayBack";

const WITHIN_WECHAT = /MicroMessenger/i.test(navigator.userAgent);

export function SignIn() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const brand = useQuery({ queryKey: ["brand"], queryFn: () => answered(api.GET("/member/v1/brand")) });
  const enter = async (given: { phone: string; code: string }): Promise<void> => {
    await answered(api.POST("/member/v1/sign-in/phone", { body: { ...given, invite: invitation() } }));
    client.clear();
    client.setQueryData(SIGNED_IN, true);
    await navigate(wayBack(search.get("next")), { replace: true });
  };
  return (
    <section className="card">
      <h1 className="title">{t("signIn.title")}</h1>
      <p className="quiet">{t("signIn.lead")}</p>
      <Queried of={brand} heights={[72, 72, 44]}>
        {(found) => (
          <>
            {found.official_account != null && (
              <p>
                {WITHIN_WECHAT ? <a href={`/wechat/${found.official_account}/authorize?next=/m/enter`}>{t("signIn.wechat")}</a> : t("signIn.wechatHint")}
              </p>
            )}
            {found.sms && <PhoneCode act={enter} word={t("signIn.enter")} />}
            {!found.sms && found.official_account == null && <p className="empty">{t("signIn.none")}</p>}
          </>
        )}
      </Queried>
    </section>
  );
}
