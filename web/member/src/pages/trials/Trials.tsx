import { answered, api, type Schema } from "@siyu/api";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useFormats } from "../../app/format";
import { useServerTime } from "../../parts/clock";
import { Failed } from "../../parts/Failed";
import { Queried } from "../../parts/Queried";
import { useRemaining } from "../../parts/remaining";
import { Waiting } from "../../parts/Waiting";
import { trialStands } from "./stands";

/** What can be tried, and how far one's own applications are. */
export function Trials() {
  const { t } = useTranslation();
  const trials = useQuery({ queryKey: ["trials"], queryFn: () => answered(api.GET("/member/v1/trials")) });
  const now = useServerTime(trials);
  return (
    <>
      <h1 className="title">{t("trials.title")}</h1>
      <Queried of={trials} heights={[116, 116]}>
        {({ trials: found }) => (
          <>
            {found.length === 0 && <p className="empty">{t("trials.none")}</p>}
            <ul>
              {found.map((trial) => (
                <li key={trial.id}>
                  <TrialCard trial={trial} now={now} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Queried>
      <Own />
    </>
  );
}

function TrialCard({ trial, now }: { trial: Schema<"OwnTrial">; now: number }) {
  const { t } = useTranslation();
  const { number, money } = useFormats();
  const remaining = useRemaining();
  const stands = trialStands(trial, now);
  const said = [
    t("trials.pieces", { count: trial.pieces }),
    trial.worth_fen > 0 && t("trials.worth", { money: money(trial.worth_fen) }),
    trial.points > 0 ? t("trials.costs", { points: number(trial.points) }) : t("trials.free"),
  ];
  return (
    <Link to={`/trials/${trial.id}`} className="card offer">
      <span className="offer-name">{trial.name}</span>
      <span>{said.filter(Boolean).join(" · ")}</span>
      <span className="quiet">
        {stands === "soon" && t("shop.begins", { time: remaining(trial.opens_at, now) })}
        {stands === "open" && t("trials.closes", { time: remaining(trial.closes_at, now) })}
        {stands !== "soon" && stands !== "open" && t(`trials.stands.${stands}`)}
        {` · ${t("trials.applied", { count: trial.applied })}`}
      </span>
    </Link>
  );
}

function Own() {
  const { t } = useTranslation();
  const found = useInfiniteQuery({
    queryKey: ["applications"],
    initialPageParam: 0,
    queryFn: ({ pageParam }) => answered(api.GET("/member/v1/applications", { params: { query: pageParam ? { before: pageParam } : {} } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const shown = found.data?.pages.flatMap((page) => page.applications);
  return (
    <section aria-labelledby="own-trials">
      <h2 id="own-trials" className="title">
        {t("trials.mine")}
      </h2>
      {found.isError && <Failed problem={found.error} again={found.refetch} />}
      {found.isPending && <Waiting heights={[72]} />}
      {shown?.length === 0 && <p className="empty">{t("trials.noneOwn")}</p>}
      {shown?.map((one) => (
        <OwnLine key={one.id} one={one} />
      ))}
      {found.hasNextPage && (
        <Button block loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("state.more")}
        </Button>
      )}
    </section>
  );
}

function OwnLine({ one }: { one: Schema<"OwnApplication"> }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const waits = one.state === "sent" || one.state === "sent_back";
  return (
    <article className="card">
      <h3 className="title">
        <Link to={`/trials/${one.trial_id}`}>{one.name}</Link>
        <span className="quiet">{t(`trials.state.${one.state}`)}</span>
      </h3>
      {waits && one.due_at && <p className="quiet">{t("trials.due", { time: moment(one.due_at) })}</p>}
    </article>
  );
}
