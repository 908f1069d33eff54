import { answered, api } from "@siyu/api";
import { Empty, Loaded, Page } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Segmented, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useMay } from "../../../../app/session";
import { oneOf, useAddress } from "../../../insight/people/address";
import { useAccounts, useKinds, type Account, type Kind } from "../../accounts";
import { KINDS, type CodeKind } from "../codes";
import { CodeForm } from "./CodeForm";
import { definitionOf, NEW, type Draft } from "./draft";

/** Make an entry code. */
export function NewCode() {
  const { t } = useTranslation("channels");
  const may = useMay();
  const { search } = useAddress();
  const accounts = useAccounts();
  const kinds = useKinds();
  const wanted = Number(search.get("account"));
  return (
    <Page title={t("form.new")} above={<Link to="/channels/codes">{t("codes.back")}</Link>}>
      <Loaded query={accounts}>
        {(all) => {
          const account = all.find((one) => one.id === wanted) ?? all[0];
          if (!may("channels.manage")) return <Empty title={t("form.notAllowed")} />;
          if (!account) return <NoAccount />;
          return <Loaded query={kinds}>{({ kinds: known }) => <Making account={account} kind={known.find((one) => one.channel === account.channel)} />}</Loaded>;
        }}
      </Loaded>
    </Page>
  );
}

function NoAccount() {
  const { t } = useTranslation("channels");
  const navigate = useNavigate();
  return (
    <Empty title={t("codes.noAccount")}>
      <Button onClick={() => void navigate("/channels/connect")}>{t("list.add")}</Button>
    </Empty>
  );
}

function Making({ account, kind: of }: { account: Account; kind: Kind | undefined }) {
  const { t } = useTranslation("channels");
  const client = useQueryClient();
  const navigate = useNavigate();
  const { search, change } = useAddress();
  const [first = "staff", ...others] = KINDS.filter((one) => of?.codes.includes(one));
  const kind: CodeKind = oneOf(search.get("kind"), [first, ...others]);
  const making = useMutation({
    mutationFn: (draft: Draft) => answered(api.POST("/api/v1/channels/codes", { body: { account_id: account.id, kind, name: draft.name.trim(), state: draft.state.trim(), definition: definitionOf(draft, kind) } })),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["channels", "codes"] });
      await navigate(`/channels/codes/${made.id}`);
    },
  });
  if (of && !of.capabilities.includes("entry_codes")) return <Empty title={t("form.cannot")} />;
  return (
    <Flex vertical gap="middle">
      <Flex gap="middle" align="center" wrap>
        <Segmented<CodeKind> aria-label={t("codes.kind")} value={kind} options={[first, ...others].map((value) => ({ value, label: t(`codes.kinds.${value}`) }))} onChange={(value) => change({ kind: value === first ? null : value }, true)} />
        <Typography.Text type="secondary">
          {t("form.on", { account: account.name })} {t(`codes.kindWhat.${kind}`)}
        </Typography.Text>
      </Flex>
      <CodeForm key={`${account.id} ${kind}`} account={account.id} kind={kind} draft={NEW} fresh saving={making.isPending} error={making.error} onSave={(draft) => making.mutate(draft)} onCancel={() => void navigate("/channels/codes")} />
    </Flex>
  );
}
