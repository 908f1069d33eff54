import { Empty, Loaded, useInAddress } from "@siyu/kit";
import { Button, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../../app/session";
import { useAccounts, useKinds, type Account } from "../accounts";

type Needed = "staff" | "groups" | "tags" | "handover" | "tasks" | "tagging";

interface Props {
  /** What an account has to be able to do. */
  needs: Needed;
  children: (account: Account, choice: ReactNode) => ReactNode;
}

/** One of the accounts that have it, as the address says; the first when it says nothing. */
export function OfAccount({ needs, children }: Props) {
  const { t } = useTranslation("channels");
  const accounts = useAccounts();
  const kinds = useKinds();
  const [wanted, want] = useInAddress("account");
  return (
    <Loaded query={accounts}>
      {(all) => (
        <Loaded query={kinds}>
          {({ kinds: known }) => {
            const able = all.filter((one) => known.find((kind) => kind.channel === one.channel)?.capabilities.includes(needs));
            const account = able.find((one) => String(one.id) === wanted) ?? able[0];
            if (!account) return <Nothing needs={needs} />;
            const choice = able.length > 1 && (
              <Select aria-label={t("codes.account")} value={account.id} options={able.map((one) => ({ value: one.id, label: one.name }))} onChange={(id) => want(String(id))} style={{ minWidth: 200, maxWidth: 360 }} />
            );
            return children(account, choice);
          }}
        </Loaded>
      )}
    </Loaded>
  );
}

function Nothing({ needs }: { needs: Needed }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const navigate = useNavigate();
  return <Empty title={t(`mirror.noAccount.${needs}`)}>{may("channels.manage") && <Button onClick={() => void navigate("/channels/connect")}>{t("list.add")}</Button>}</Empty>;
}
