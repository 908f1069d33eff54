import { answered, api } from "@siyu/api";
import { Confirm, Loaded, Page, useInAddress } from "@siyu/kit";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Flex, Tabs, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useMay } from "../../../../app/session";
import { isGreeted, placeOf, useCode, type Code } from "../codes";
import { CodeProblem, CodeStanding } from "../CodeStanding";
import { Serving } from "../Serving";
import { CodeFunnel } from "./CodeFunnel";
import { Cards } from "./Cards";
import { Pictures } from "./Pictures";
import { Welcomes } from "./Welcomes";

/** One entry code: its QR, what it brought, its cards, its welcomes. */
export function CodePage() {
  const { t } = useTranslation("channels");
  const id = Number(useParams()["code"]);
  const query = useCode(id);
  const code = query.data;
  const what = code && (
    <Flex component="span" gap="small" align="center" wrap>
      <Tag style={{ marginInlineEnd: 0 }}>{t(`codes.kinds.${code.kind}`)}</Tag>
      <CodeStanding code={code} />
      {placeOf(code.definition) && <span>{placeOf(code.definition)}</span>}
    </Flex>
  );
  return (
    <Page title={code?.name ?? t("codes.one")} what={what} above={<Link to="/channels/codes">{t("codes.back")}</Link>} actions={code && <Actions code={code} />}>
      <Loaded query={query}>{(of) => <Parts code={of} />}</Loaded>
    </Page>
  );
}

function Actions({ code }: { code: Code }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate();
  if (!may("channels.manage") || code.archived_at !== null) return null;
  const archive = async (): Promise<void> => {
    await answered(api.POST("/api/v1/channels/codes/{code_id}/archive", { params: { path: { code_id: code.id } } }));
    await client.invalidateQueries({ queryKey: ["channels", "codes"] });
  };
  return (
    <>
      <Button onClick={() => void navigate(`/channels/codes/${code.id}/edit`)}>{t("form.edit")}</Button>
      <Confirm danger label={t("codes.archive")} okText={t("codes.archive")} title={t("codes.archiveAsk", { name: code.name })} onConfirm={archive}>
        {t("codes.archiveWhat")}
      </Confirm>
    </>
  );
}

function Parts({ code }: { code: Code }) {
  const { t } = useTranslation("channels");
  const [tab, setTab] = useInAddress("tab");
  const items = [
    { key: "qr", label: t("codes.tabs.qr"), children: <Pictures code={code} /> },
    { key: "funnel", label: t("codes.tabs.funnel"), children: <CodeFunnel code={code} /> },
    ...(code.kind === "staff" ? [{ key: "cards", label: t("codes.tabs.cards"), children: <Cards code={code} /> }] : []),
    ...(isGreeted(code.kind) ? [{ key: "welcomes", label: t("codes.tabs.welcomes"), children: <Welcomes code={code} /> }] : []),
  ];
  return (
    <Flex vertical gap="middle">
      {code.archived_at !== null && <Alert type="info" showIcon title={t("codes.archivedWhat")} />}
      <CodeProblem code={code} />
      {code.archived_at === null && (
        <Flex gap="small" align="center">
          <span>{t("codes.servingNow")}</span>
          <Serving code={code} most={10} />
        </Flex>
      )}
      <Tabs activeKey={tab ?? "qr"} onChange={(key) => setTab(key === "qr" ? null : key, true)} destroyOnHidden items={items} />
    </Flex>
  );
}
