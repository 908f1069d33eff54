import { Loaded, Page } from "@siyu/kit";
import { Flex, Steps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useAddress } from "../../insight/people/address";
import { useAccount, useKinds, useSaid, type Kind } from "../accounts";
import { Callback } from "./Callback";
import { Check } from "./Check";
import { ChooseKind } from "./ChooseKind";
import { FillIn } from "./FillIn";

const STEPS = ["kind", "fields", "callback", "check"] as const;
export type Step = (typeof STEPS)[number];

/** From nothing to an account that works, step by step; which step it is lives in the address. */
export function Connect() {
  const { t } = useTranslation("channels");
  const said = useSaid();
  const kinds = useKinds();
  const { search, change } = useAddress();
  const id = Number(search.get("account")) || null;
  const account = useAccount(id);
  // What was typed a moment ago, to be copied to the platform: it is told nowhere again, and gone with this page.
  const [typed, setTyped] = useState<Record<string, string>>({});
  const channel = account.data?.channel ?? search.get("kind");
  const kind = kinds.data?.kinds.find((one) => one.channel === channel);
  const step = stepOf(id, kind, search.get("step"));
  const next = (): void => change({ step: "check" });
  return (
    <Page title={kind ? t("connect.titleOf", { kind: said(kind) }) : t("connect.title")} what={t("connect.what")} above={<Link to="/channels">{t("back")}</Link>}>
      <Flex vertical gap="large">
        <Steps size="small" current={STEPS.indexOf(step)} items={STEPS.map((each) => ({ title: t(`connect.steps.${each}`) }))} />
        <Loaded query={kinds}>
          {({ kinds: all }) => {
            if (!kind && id === null) return <ChooseKind kinds={all} onChoose={(chosen) => change({ kind: chosen, step: null })} />;
            if (kind && id === null) {
              const begun = (made: number, values: Record<string, string>): void => {
                setTyped(values);
                change({ account: String(made), kind: null, step: null }, true);
              };
              return <FillIn kind={kind} onBack={() => change({ kind: null })} onMade={begun} />;
            }
            return (
              <Loaded query={account}>
                {(of) => (step === "check" ? <Check account={of} kind={kind} onBack={() => change({ step: null })} /> : <Callback account={of} kind={kind} typed={typed} onNext={next} />)}
              </Loaded>
            );
          }}
        </Loaded>
      </Flex>
    </Page>
  );
}

function stepOf(account: number | null, kind: Kind | undefined, asked: string | null): Step {
  if (account !== null) return asked === "check" ? "check" : "callback";
  return kind ? "fields" : "kind";
}
