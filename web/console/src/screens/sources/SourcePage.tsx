import { answered, api } from "@siyu/api";
import { Loaded, Page, useInAddress } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Flex, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useMay } from "../../app/session";
import { Came } from "./Came";
import { LetterTable } from "./LetterTable";
import { Live } from "./Live";
import { Rename } from "./Rename";
import { Snippets } from "./Snippets";
import { useKindName } from "./SourceList";
import { WriteKeys } from "./WriteKeys";

/** One source: what comes through it now, its keys, the code to send with, what failed. */
export function SourcePage() {
  const { t } = useTranslation("sources");
  const may = useMay();
  const kindName = useKindName();
  const id = Number(useParams()["id"]);
  const [tab, setTab] = useInAddress("tab");
  const query = useQuery({
    queryKey: ["sources", id],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/sources/{source_id}", { signal, params: { path: { source_id: id } } })),
  });
  const actions = (
    <Flex gap="middle" align="center" wrap>
      {may("customers.read") && <Link to={`/customers?source_id=${id}`}>{t("toCustomers")}</Link>}
      {query.data && may("sources.manage") && <Rename source={query.data} />}
    </Flex>
  );
  return (
    <Page title={query.data?.name ?? t("title")} what={query.data && kindName(query.data.kind)} above={<Link to="/sources">{t("back")}</Link>} actions={actions}>
      <Loaded query={query}>
        {(source) => (
          <>
            <Came source={source.id} />
            <Tabs
              activeKey={tab ?? "live"}
              onChange={(key) => setTab(key === "live" ? null : key, true)}
              destroyOnHidden
              items={[
                { key: "live", label: t("tabs.live"), children: <Live source={source.id} /> },
                { key: "keys", label: t("tabs.keys"), children: <WriteKeys source={source} /> },
                { key: "snippets", label: t("tabs.snippets"), children: <Snippets /> },
                ...(may("intake.read") ? [{ key: "letters", label: t("tabs.letters"), children: <LetterTable source={source.id} /> }] : []),
              ]}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}
