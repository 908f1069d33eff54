import { answered, api } from "@siyu/api";
import { useMutation } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useEffect, useState, type FormEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Done } from "../../parts/Done";
import { Failed } from "../../parts/Failed";

interface Given {
  phone: string;
  code: string;
}

/** A phone, a code that is sent to it, and what is done with both. */
export function PhoneCode({ act, word, children }: { act: (given: Given) => Promise<unknown>; word: string; children?: ReactNode }) {
  const { t } = useTranslation();
  const [phone, setPhone] = useState("");
  const [code, setCode] = useState("");
  const [left, setLeft] = useState(0);
  const [wrong, setWrong] = useState("");
  const ask = useMutation({
    retry: false,
    mutationFn: () => answered(api.POST("/member/v1/codes", { body: { phone } })),
    onSuccess: (sent) => setLeft(sent.again_in),
  });
  const enter = useMutation({ retry: false, mutationFn: act });
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  const goodPhone = /^1\d{10}$/.test(phone);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setWrong(!goodPhone ? t("signIn.badPhone") : !/^\d{6}$/.test(code) ? t("signIn.badCode") : "");
    if (goodPhone && /^\d{6}$/.test(code)) enter.mutate({ phone, code });
  };
  return (
    <form onSubmit={submit} noValidate>
      <label className="field">
        <span>{t("signIn.phone")}</span>
        <input type="tel" inputMode="numeric" autoComplete="tel" maxLength={11} placeholder={t("signIn.phoneHint")} value={phone} onChange={(event) => setPhone(event.target.value.replace(/\D/g, ""))} />
      </label>
      <label className="field">
        <span>{t("signIn.code")}</span>
        <input type="text" inputMode="numeric" autoComplete="one-time-code" maxLength={6} placeholder={t("signIn.codeHint")} value={code} onChange={(event) => setCode(event.target.value.replace(/\D/g, ""))} />
      </label>
      <div className="row">
        <Button type="button" disabled={left > 0} loading={ask.isPending} onClick={() => (goodPhone ? (setWrong(""), ask.mutate()) : setWrong(t("signIn.badPhone")))}>
          {left > 0 ? t("signIn.again", { count: left }) : t("signIn.ask")}
        </Button>
        <Button type="submit" color="primary" loading={enter.isPending}>
          {word}
        </Button>
      </div>
      {wrong && (
        <p className="notice" role="alert">
          {wrong}
        </p>
      )}
      <Done said={ask.isSuccess && !enter.isError && !wrong ? t("signIn.sent") : ""} />
      <Failed problem={enter.error ?? ask.error} />
      {children}
    </form>
  );
}
