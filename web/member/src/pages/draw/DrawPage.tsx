import { answered, api, type Schema } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useFormats } from "../../app/format";
import { usePress } from "../../app/queries";
import { Failed } from "../../parts/Failed";
import { Queried } from "../../parts/Queried";
import { useUnit } from "../../parts/rewards";
import { FreeOrders } from "./FreeOrders";
import { restingAt } from "./wheel";
import { Wheel } from "./Wheel";

type Round = Schema<"OwnRound">;

const SPIN = 3000; // milliseconds, as in wheel.css
const still = (): boolean => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

export function DrawPage() {
  const { t } = useTranslation();
  const rounds = useQuery({ queryKey: ["draws"], queryFn: () => answered(api.GET("/member/v1/draws")) });
  return (
    <>
      <h1 className="title">
        {t("draw.title")}
        <Link to="/wins">{t("draw.wins")}</Link>
      </h1>
      <Queried of={rounds} heights={[520, 240]}>
        {(found) =>
          found.rounds.length === 0 ? (
            <p className="empty">{t("draw.none")}</p>
          ) : (
            <>
              {found.rounds.map((round) => (
                <Turning key={round.id} round={round} />
              ))}
            </>
          )
        }
      </Queried>
      <FreeOrders />
    </>
  );
}

/** The result is known before the wheel turns; it is said when the wheel rests. */
function Turning({ round }: { round: Round }) {
  const { t } = useTranslation();
  const { moment, number } = useFormats();
  const [turned, setTurned] = useState(0);
  const [shown, setShown] = useState<Schema<"OwnDraw"> | null>(null);
  const [spinning, setSpinning] = useState<Schema<"OwnDraw"> | null>(null);
  const draw = usePress((_: undefined, key) =>
    answered(
      api.POST("/member/v1/draws/{round_id}/turns", {
        params: { path: { round_id: round.id }, header: { "Idempotency-Key": key } },
        body: { client_seed: key }, // chance of the phone's own: nobody can have known the result before
      }),
    ),
  );
  useEffect(() => {
    if (!spinning) return;
    const timer = setTimeout(
      () => {
        setShown(spinning);
        setSpinning(null);
      },
      still() ? 0 : SPIN,
    );
    return () => clearTimeout(timer);
  }, [spinning]);
  const press = (): void => {
    setShown(null);
    draw.mutate(undefined, {
      onSuccess: (got) => {
        const place = round.prizes.findIndex((prize) => prize.code === got.prize);
        setTurned((now) => restingAt(now, Math.max(place, 0), round.prizes.length));
        setSpinning(got);
      },
    });
  };
  const none = round.turns_left === 0;
  const poor = round.price !== null && round.has < round.price.amount;
  const unit = useUnit()(round.price?.unit ?? "points");
  return (
    <article aria-label={round.name}>
      <section className="card">
        <h2 className="title">
          {round.name}
          <span className="quiet">{t("draw.until", { time: moment(round.closes_at) })}</span>
        </h2>
        <Wheel prizes={round.prizes} turned={turned} />
        <p className="quiet">
          {round.price ? t("draw.price", { count: round.price.amount, unit, has: number(round.has) }) : t("draw.free")} ·{" "}
          {round.turns_left === null ? t("draw.endless") : t("draw.left", { count: round.turns_left })}
        </p>
        <Button block color="primary" disabled={none || poor || spinning !== null} loading={draw.isPending} onClick={press}>
          {spinning ? t("draw.drawing") : none ? t("draw.noTurns") : poor ? t("draw.tooLittle") : t("draw.button")}
        </Button>
        <div role="status">
          {shown && <p className={shown.won ? "notice notice-good" : "notice"}>{t(shown.instead ? "draw.instead" : shown.won ? "draw.won" : "draw.lost", { name: shown.name })}</p>}
        </div>
        <Failed problem={draw.error} />
      </section>
      <Told round={round} />
    </article>
  );
}

/** What is published before anybody draws. */
function Told({ round }: { round: Round }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const fallback = round.prizes.find((prize) => prize.code === round.fallback);
  return (
    <section className="card">
      <h3 className="title">{t("draw.odds")}</h3>
      <table className="odds">
        <thead>
          <tr>
            <th scope="col">{t("draw.prize")}</th>
            <th scope="col">{t("draw.stock")}</th>
            <th scope="col">{t("draw.chance")}</th>
          </tr>
        </thead>
        <tbody>
          {round.prizes.map((prize) => (
            <tr key={prize.code}>
              <td>{prize.name}</td>
              <td>{prize.stock === null ? t("draw.endlessStock") : number(prize.stock)}</td>
              <td>{prize.percent}%</td>
            </tr>
          ))}
        </tbody>
      </table>
      {fallback && round.prizes.some((prize) => prize.stock !== null) && <p className="quiet">{t("draw.fallback", { name: fallback.name })}</p>}
      <h3 className="title">{t("draw.fair")}</h3>
      <p className="quiet">{t("draw.fairHint")}</p>
      <dl className="quiet">
        <dt>{t("draw.seedHash")}</dt>
        <dd className="hash">{round.seed_hash}</dd>
        <dt>{t("draw.ruleHash")}</dt>
        <dd className="hash">{round.rule_hash}</dd>
      </dl>
      <p>
        <a href={`/draw/${round.id}`}>{t("draw.published")}</a>
      </p>
    </section>
  );
}
