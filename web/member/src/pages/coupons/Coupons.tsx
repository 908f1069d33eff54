import { answered, api, type Schema } from "@siyu/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { usePress } from "../../app/queries";
import { Done } from "../../parts/Done";
import { Failed } from "../../parts/Failed";
import { Waiting } from "../../parts/Waiting";
import { Terms, useWorth } from "./worth";

export function Coupons() {
  const { t } = useTranslation();
  const found = useInfiniteQuery({
    queryKey: ["coupons"],
    initialPageParam: 0,
    queryFn: ({ pageParam }) => answered(api.GET("/member/v1/coupons", { params: { query: pageParam ? { before: pageParam } : {} } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const shown = found.data?.pages.flatMap((page) => page.coupons);
  return (
    <>
      <h1 className="title">{t("coupons.title")}</h1>
      <Enter />
      {found.isError && <Failed problem={found.error} again={found.refetch} />}
      {found.isPending && <Waiting heights={[110, 110, 110]} />}
      {shown?.length === 0 && <p className="empty">{t("coupons.none")}</p>}
      {shown?.map((coupon) => (
        <Held key={coupon.id} coupon={coupon} />
      ))}
      {found.hasNextPage && (
        <Button block loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("state.more")}
        </Button>
      )}
    </>
  );
}

function Held({ coupon }: { coupon: Schema<"OwnCoupon"> }) {
  const { t } = useTranslation();
  const worth = useWorth();
  return (
    <article className="card">
      <h2 className="title">
        {coupon.state === "held" ? <Link to={`/coupons/${coupon.id}`}>{coupon.name}</Link> : <span>{coupon.name}</span>}
        <span className="quiet">{t(`coupons.${coupon.state}`)}</span>
      </h2>
      <p>{worth(coupon)}</p>
      <Terms coupon={coupon} />
    </article>
  );
}

/** A code that somebody was told, or that lay in a parcel. */
function Enter() {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState(false);
  const claim = usePress((given: string, key) =>
    answered(api.POST("/member/v1/coupons/claim", { params: { header: { "Idempotency-Key": key } }, body: { code: given } })),
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setWrong(code.trim() === "");
    if (code.trim()) claim.mutate(code.trim(), { onSuccess: () => setCode("") });
  };
  return (
    <form className="card" onSubmit={submit} noValidate>
      <label className="field">
        <span>{t("coupons.enter")}</span>
        <input type="text" autoComplete="off" autoCapitalize="characters" maxLength={60} placeholder={t("coupons.enterHint")} value={code} onChange={(event) => setCode(event.target.value)} />
      </label>
      <Button block type="submit" loading={claim.isPending}>
        {t("coupons.claim")}
      </Button>
      {wrong && (
        <p className="notice" role="alert">
          {t("coupons.noCode")}
        </p>
      )}
      <Done said={claim.data ? t("coupons.claimed", { name: claim.data.name }) : ""} />
      <Failed problem={claim.error} />
    </form>
  );
}
