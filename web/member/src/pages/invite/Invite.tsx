import { answered, api, type Schema } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../app/format";
import { Queried } from "../../parts/Queried";
import { useRewards } from "../../parts/rewards";

type Invitations = Schema<"InvitationsRead">;

/** A member's own link: who signs in by it for the first time was brought by them. */
export function Invite() {
  const { t } = useTranslation();
  const found = useQuery({ queryKey: ["invitations"], queryFn: () => answered(api.GET("/member/v1/invitations")) });
  return (
    <>
      <h1 className="title">{t("invite.title")}</h1>
      <Queried of={found} heights={[420, 110]}>
        {(own) => (
          <>
            <Way own={own} />
            <Friends own={own} />
          </>
        )}
      </Queried>
    </>
  );
}

function Way({ own }: { own: Invitations }) {
  const { t } = useTranslation();
  const rewards = useRewards();
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = (): void => {
    // Old engines, and pages that are not served by HTTPS, have no clipboard: the link stands there to be marked.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    void (clipboard ? clipboard.writeText(own.link) : Promise.reject(new Error("no clipboard"))).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <section className="card" style={{ textAlign: "center" }}>
      <p>{own.gives.length > 0 ? t("invite.gives", { rewards: rewards(own.gives) }) : t("invite.plain")}</p>
      {own.per_day !== null && <p className="quiet">{t("invite.perDay", { limit: String(own.per_day) })}</p>}
      {own.most !== null && <p className="quiet">{t("invite.most", { limit: String(own.most) })}</p>}
      <img className="code" src="/member/v1/invitations/code.svg" alt={t("invite.picture")} width="232" height="232" />
      <p className="quiet" style={{ overflowWrap: "anywhere", userSelect: "all" }}>
        {own.link}
      </p>
      <Button block color="primary" onClick={copy}>
        {t("invite.copy")}
      </Button>
      <div role="status">{copied !== null && <p className="notice">{t(copied ? "invite.copied" : "invite.mark")}</p>}</div>
    </section>
  );
}

function Friends({ own }: { own: Invitations }) {
  const { t } = useTranslation();
  const rewards = useRewards();
  const { moment } = useFormats();
  return (
    <section className="card">
      <h2 className="title">{t("invite.came", { count: own.came })}</h2>
      {own.friends.length === 0 && <p className="quiet">{t("invite.nobody")}</p>}
      <ul>
        {own.friends.map((one) => (
          <li className="line" key={one.at}>
            <span>{moment(one.at)}</span>
            {one.rewards.length > 0 && <span className="plus">{rewards(one.rewards)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
