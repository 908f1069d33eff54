import { answered, api, type Schema } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../app/format";
import { usePress } from "../../app/queries";
import { Failed } from "../../parts/Failed";
import { Queried } from "../../parts/Queried";
import { inWeChat, takeInWeChat } from "../../parts/wechat";

type Transfer = Schema<"OwnTransfer">;

const AGAIN = 5000; // milliseconds; what waits or moves changes without a press
const ends = (one: Transfer): boolean => !["new", "waiting", "moving"].includes(one.state);

export function Transfers() {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ["transfers"],
    queryFn: () => answered(api.GET("/member/v1/transfers")),
    refetchInterval: ({ state }) => (state.data?.every(ends) ? false : AGAIN),
  });
  return (
    <>
      <h1 className="title">{t("transfers.title")}</h1>
      <Queried of={found} heights={[110, 110]}>
        {(all) => (all.length === 0 ? <p className="empty">{t("transfers.none")}</p> : <>{all.map((one) => <Money key={one.id} one={one} />)}</>)}
      </Queried>
    </>
  );
}

function Money({ one }: { one: Transfer }) {
  const { t } = useTranslation();
  const { money, moment } = useFormats();
  return (
    <article className="card" aria-label={one.remark}>
      <h2 className="title">
        <span>{one.remark}</span>
        <span className="quiet">{t(`transfers.state.${one.state}`)}</span>
      </h2>
      <p className="number">{money(one.fen)}</p>
      <p className="quiet">{moment(one.created_at)}</p>
      {one.until && <Take one={one} until={one.until} />}
    </article>
  );
}

/** What WeChat says in the page is a hint: the server asks the platform. */
function Take({ one, until }: { one: Transfer; until: string }) {
  const { t } = useTranslation();
  const { money, moment } = useFormats();
  const asked = (key: string) => ({ params: { path: { transfer_id: one.id }, header: { "Idempotency-Key": key } } });
  const take = usePress(async (_: undefined, key) => {
    if (!inWeChat()) return "elsewhere";
    const outcome = await takeInWeChat(await answered(api.POST("/member/v1/transfers/{transfer_id}/claim", asked(key))));
    if (outcome === "taken") await answered(api.POST("/member/v1/transfers/{transfer_id}/look", asked(key)));
    return outcome;
  });
  return (
    <>
      <p className="quiet">{t("transfers.until", { time: moment(until) })}</p>
      <Button block color="primary" loading={take.isPending} onClick={() => take.mutate(undefined)}>
        {t("transfers.take", { money: money(one.fen) })}
      </Button>
      <div role="status">{take.data && take.data !== "taken" && <p className="notice">{t(`transfers.${take.data}`)}</p>}</div>
      <Failed problem={take.error} />
    </>
  );
}
