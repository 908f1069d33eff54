import { EditOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Confirm, Count, Loaded, Money, Page, useFormat, useInAddress, useNow, When } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Descriptions, Flex, Tabs } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useMay } from "../../app/session";
import { Proof } from "../draws/Proof";
import { useRound } from "../draws/draws";
import { Back } from "../rewards/parts/Back";
import { Cards } from "../rewards/parts/Cards";
import { Part } from "../rewards/parts/Part";
import { WithReason } from "../touch/WithReason";
import { Applications } from "./Applications";
import { Standing } from "./Standing";
import { TermsForm } from "./TermsForm";
import { canSettle, useAgain, useTrial, type Terms, type Trial } from "./trials";

/** One trial: how many are how far, who they are, its terms, and the proof of its draw. */
export function TrialPage() {
  const { t } = useTranslation("trials");
  const may = useMay();
  const [tab, setTab] = useInAddress("tab");
  const query = useTrial(Number(useParams()["id"]));
  const one = query.data;
  return (
    <Page title={one?.terms.name ?? t("one")} what={t("oneWhat")} above={<Back to="/members/trials">{t("title")}</Back>} actions={one && <Acts trial={one} />}>
      <Loaded query={query}>
        {(trial) => (
          <Flex vertical gap="middle">
            <Figures trial={trial} />
            <Tabs
              activeKey={tab ?? (trial.state === "draft" ? "terms" : "people")}
              onChange={setTab}
              items={[
                { key: "people", label: t("tab.people"), children: <Applications trial={trial} /> },
                { key: "terms", label: t("tab.terms"), children: <About key={trial.version} trial={trial} /> },
                ...(trial.round_id && may("draws.read") ? [{ key: "proof", label: t("tab.proof"), children: <Drawn round={trial.round_id} /> }] : []),
              ]}
            />
          </Flex>
        )}
      </Loaded>
    </Page>
  );
}

function Acts({ trial }: { trial: Trial }) {
  const { t } = useTranslation("trials");
  const may = useMay();
  const now = useNow();
  const again = useAgain();
  const params = { path: { trial_id: trial.id } };
  const start = async (): Promise<void> => {
    await answered(api.POST("/api/v1/trials/{trial_id}/start", { params }));
    await again();
  };
  const settle = async (): Promise<void> => {
    await answered(api.POST("/api/v1/trials/{trial_id}/settle", { params }));
    await again();
  };
  const end = async (reason: string): Promise<void> => {
    await answered(api.POST("/api/v1/trials/{trial_id}/end", { params, body: { reason } }));
    await again();
  };
  const drawn = trial.terms.how === "draw";
  return (
    <Flex gap="small" wrap>
      {may("trials.manage") && trial.state === "draft" && (
        <Confirm type="primary" label={t("act.start")} title={t("act.startTitle")} onConfirm={start}>
          {t(drawn ? "act.startDraw" : "act.startHand")}
        </Confirm>
      )}
      {may("trials.serve") && canSettle(trial, now) && (
        <Confirm type="primary" label={t(drawn ? "act.draw" : "act.settle")} title={t(drawn ? "act.drawTitle" : "act.settleTitle")} onConfirm={settle}>
          {t("act.settleWhat")}
        </Confirm>
      )}
      {may("trials.manage") && trial.state !== "ended" && (
        <WithReason danger label={t("act.end")} title={t("act.endTitle")} onDone={end}>
          {t("act.endWhat")}
        </WithReason>
      )}
    </Flex>
  );
}

function Figures({ trial }: { trial: Trial }) {
  const { t } = useTranslation("trials");
  const to = (people: string): string => `/members/trials/${trial.id}?tab=people&people=${people}`;
  return (
    <Cards
      cards={[
        { label: t("figure.applied"), value: <Count value={trial.applied} />, to: to("applied"), what: t("figure.appliedWhat") },
        { label: t("figure.chosen"), value: <Count value={trial.chosen} />, to: to("chosen"), what: t("figure.chosenWhat", { left: String(trial.left) }) },
        { label: t("figure.sent"), value: <Count value={trial.sent} />, to: to("sent") },
        { label: t("figure.reported"), value: <Count value={trial.reported} />, to: to("reported"), what: trial.stars === null ? t("figure.noStars") : t("figure.stars", { stars: (trial.stars / 100).toFixed(1) }) },
        { label: t("figure.rewarded"), value: <Count value={trial.rewarded} />, to: to("rewarded") },
        { label: t("figure.waiting"), value: <Count value={trial.waiting} />, to: to("to_review"), alarming: trial.waiting > 0, normal: t("figure.waitingNormal") },
        { label: t("figure.missed"), value: <Count value={trial.missed} />, to: to("missed") },
      ]}
    />
  );
}

function About({ trial }: { trial: Trial }) {
  const { t } = useTranslation("trials");
  const may = useMay();
  const again = useAgain();
  const { when, count } = useFormat();
  const [changing, setChanging] = useState(false);
  const saving = useMutation({
    mutationFn: (terms: Terms) => answered(api.PUT("/api/v1/trials/{trial_id}", { params: { path: { trial_id: trial.id } }, body: { version: trial.version, terms: { ...terms } } })),
    onSuccess: async () => {
      setChanging(false);
      await again();
    },
  });
  const { terms } = trial;
  if (changing) return <TermsForm given={terms} promised={trial.state !== "draft"} saving={saving.isPending} error={saving.error} ok={t("save")} onSave={(next) => saving.mutate(next)} onCancel={() => setChanging(false)} />;
  const change = may("trials.manage") && trial.state !== "ended" && (
    <Button size="small" icon={<EditOutlined />} onClick={() => setChanging(true)}>
      {t("change")}
    </Button>
  );
  return (
    <Part title={t("termsOf", { version: String(trial.version) })} extra={change}>
      <Descriptions
        size="small"
        bordered
        column={{ xs: 1, sm: 1, md: 1, lg: 2 }}
        items={[
          { key: "state", label: t("column.state"), children: <Standing state={trial.state} /> },
          { key: "how", label: t("terms.how"), children: t(`how.${terms.how ?? "hand"}`) },
          { key: "pieces", label: t("terms.pieces"), children: <Count value={terms.pieces} /> },
          { key: "worth", label: t("terms.worth"), children: <Money fen={terms.worth_fen || null} /> },
          { key: "window", label: t("terms.window"), children: `${when(terms.opens_at)} – ${when(terms.closes_at)}` },
          { key: "chosen", label: t("terms.chosenBy"), children: <When at={terms.chosen_by} /> },
          { key: "reports", label: t("terms.reportsUntil"), children: <When at={terms.reports_until} /> },
          { key: "who", label: t("part.who"), children: <WhoMay terms={terms} /> },
          { key: "points", label: t("terms.points"), children: <Count value={terms.points} /> },
          { key: "reward", label: t("part.reward"), children: <Earns terms={terms} /> },
          { key: "barred", label: t("terms.barred"), children: terms.barred_days ? t("forDays", { count: terms.barred_days, days: count(terms.barred_days) }) : t("no") },
          { key: "product", label: t("terms.product"), children: terms.product ?? "—" },
          { key: "about", label: t("terms.about"), span: "filled" as const, children: <span style={{ whiteSpace: "pre-wrap" }}>{terms.about || "—"}</span> },
          ...(terms.questions?.length ? [{ key: "questions", label: t("terms.questions"), span: "filled" as const, children: <ol style={{ margin: 0, paddingInlineStart: 18 }}>{terms.questions.map((one) => <li key={one}>{one}</li>)}</ol> }] : []),
        ]}
      />
    </Part>
  );
}

function WhoMay({ terms }: { terms: Terms }) {
  const { t } = useTranslation("trials");
  const tiers = terms.tiers?.length ? terms.tiers.join(t("and")) : "";
  if (!tiers && !terms.segment_id) return t("everybody");
  return (
    <Flex gap="small" wrap>
      {tiers && <span>{t("ofTiers", { tiers })}</span>}
      {terms.segment_id && <Link to={`/segments/${terms.segment_id}`}>{t("ofSegment", { id: String(terms.segment_id) })}</Link>}
    </Flex>
  );
}

function Earns({ terms }: { terms: Terms }) {
  const { t } = useTranslation("trials");
  const { count } = useFormat();
  return (
    <Flex gap="small" wrap>
      {!!terms.reward_points && <span>{t("earnsPoints", { points: count(terms.reward_points) })}</span>}
      {terms.reward_coupon_id && <Link to={`/members/coupons/${terms.reward_coupon_id}`}>{t("earnsCoupon")}</Link>}
    </Flex>
  );
}

function Drawn({ round }: { round: number }) {
  return <Loaded query={useRound(round)}>{(found) => <Proof round={found} />}</Loaded>;
}
