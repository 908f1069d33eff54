import type { Schema } from "@siyu/api";
import Button from "antd-mobile/es/components/button";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useFormats } from "../../app/format";
import { useHome } from "../../app/queries";
import { Done } from "../../parts/Done";
import { Failed } from "../../parts/Failed";
import { Queried } from "../../parts/Queried";
import { useRewards } from "../../parts/rewards";
import { useCheckIn } from "../check-in/checkIn";
import { TaskLine } from "../tasks/TaskLine";

type HomeData = Schema<"HomeRead">;

export function Home() {
  const { t } = useTranslation();
  return (
    <Queried of={useHome()} heights={[176, 92, 152, 220]}>
      {(home) => (
        <>
          {home.to_take > 0 && (
            <p className="notice notice-good">
              <Link to="/transfers">{t("home.toTake", { count: home.to_take })}</Link>
            </p>
          )}
          <Points home={home} />
          {home.next_offer && <NextOffer offer={home.next_offer} have={home.points.available} />}
          {home.check_in && <CheckInCard now={home.check_in} />}
          <Tasks tasks={home.tasks} />
          <Ways />
        </>
      )}
    </Queried>
  );
}

function Points({ home }: { home: HomeData }) {
  const { t } = useTranslation();
  const { number, day } = useFormats();
  const { points } = home;
  return (
    <section className="card card-brand" aria-labelledby="points">
      <p>{home.name ? t("home.hello", { name: home.name }) : t("home.helloNobody")}</p>
      <h1 id="points" className="quiet">
        {t("home.points")}
      </h1>
      <p className="number">{number(points.available)}</p>
      <p className="quiet">
        {points.pending > 0 && <span>{t("home.pending", { count: points.pending })} </span>}
        {points.owed > 0 && <span>{t("home.owed", { count: points.owed })} </span>}
        {points.next_expiry && <span>{t("home.expires", { date: day(points.next_expiry) })} </span>}
        <Link to="/points">{t("home.entries")}</Link>
      </p>
      {home.tier && <Tier tier={home.tier} ahead={home.next_tier} />}
    </section>
  );
}

function Tier({ tier, ahead }: { tier: NonNullable<HomeData["tier"]>; ahead: HomeData["next_tier"] }) {
  const { t } = useTranslation();
  const { number, day } = useFormats();
  const missing = ahead && number(ahead.by === "spend" ? Math.ceil(ahead.missing / 100) : ahead.missing);
  return (
    <>
      <p>
        <span className="hidden">{t("home.tier")}</span>
        <strong>{tier.name}</strong> {tier.until && <span className="quiet">{t("home.keeps", { date: day(tier.until) })}</span>}
      </p>
      {ahead && (
        <div className="bar" aria-hidden="true">
          <span style={{ width: `${Math.min(100, (ahead.figure / Math.max(ahead.at_least, 1)) * 100)}%`, background: "currentColor" }} />
        </div>
      )}
      <p className="quiet">
        {!ahead && t("home.top")}
        {ahead && ahead.missing > 0 && t(`home.missing.${ahead.by}`, { amount: missing, tier: ahead.name })}
        {ahead?.missing === 0 && t("home.reached", { tier: ahead.name })}
      </p>
      {tier.benefits.length > 0 && (
        <p className="quiet">
          {t("home.benefits")}: {tier.benefits.join("、")}
        </p>
      )}
    </>
  );
}

function NextOffer({ offer, have }: { offer: NonNullable<HomeData["next_offer"]>; have: number }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <section className="card" aria-labelledby="next-offer">
      <h2 id="next-offer" className="title">
        {t("home.nextOffer")}
        <Link to="/rewards">{t("shop.title")}</Link>
      </h2>
      <p>
        <Link to={`/rewards/${offer.id}`}>{offer.name}</Link>
      </p>
      <div className="bar" aria-hidden="true">
        <span style={{ width: `${Math.min(100, (have / Math.max(offer.points, 1)) * 100)}%` }} />
      </div>
      <p className="quiet">
        {t("shop.points", { points: number(offer.points) })} ·{" "}
        {offer.missing > 0 ? t("home.offerMissing", { count: offer.missing }) : t("home.offerReady")}
      </p>
    </section>
  );
}

function CheckInCard({ now }: { now: NonNullable<HomeData["check_in"]> }) {
  const { t } = useTranslation();
  const rewards = useRewards();
  const checkIn = useCheckIn();
  return (
    <section className="card" aria-labelledby="check-in">
      <h2 id="check-in" className="title">
        {t("checkIn.title")}
        <Link to="/check-in">{t("checkIn.streak", { count: now.streak })}</Link>
      </h2>
      <Button block color="primary" disabled={now.today} loading={checkIn.press.isPending} onClick={() => checkIn.press.mutate(undefined)}>
        {t(now.today ? "checkIn.done" : "checkIn.button")}
      </Button>
      <Done said={checkIn.said} />
      <Failed problem={checkIn.press.error} />
      {now.next_reward && (
        <p className="quiet">{t("home.nextReward", { count: now.next_reward.left, rewards: rewards(now.next_reward.rewards) })}</p>
      )}
    </section>
  );
}

function Tasks({ tasks }: { tasks: HomeData["tasks"] }) {
  const { t } = useTranslation();
  const open = tasks.filter((task) => task.open);
  if (tasks.length === 0) return null;
  return (
    <section className="card" aria-labelledby="tasks">
      <h2 id="tasks" className="title">
        {t("home.tasks")}
        <Link to="/tasks">{t("home.allTasks")}</Link>
      </h2>
      {open.length === 0 && <p className="quiet">{t("home.noTasks")}</p>}
      <ul>
        {open.slice(0, 3).map((task) => (
          <TaskLine key={task.code} task={task} />
        ))}
      </ul>
    </section>
  );
}

const WAYS = [
  { to: "/draw", word: "draw" },
  { to: "/wins", word: "wins" },
  { to: "/trials", word: "trials" },
  { to: "/coupons", word: "coupons" },
  { to: "/redemptions", word: "redemptions" },
  { to: "/transfers", word: "transfers" },
  { to: "/invite", word: "invite" },
  { to: "/points", word: "entries" },
  { to: "/orders", word: "orders" },
] as const;

function Ways() {
  const { t } = useTranslation();
  return (
    <section className="card">
      <ul>
        {WAYS.map(({ to, word }) => (
          <li className="line" key={to}>
            <Link to={to}>{t(`home.${word}`)}</Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
