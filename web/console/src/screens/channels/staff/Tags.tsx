import { Count, Empty, Loaded, Page, useInAddress } from "@siyu/kit";
import { Card, Col, Flex, Input, Row, Table, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Account } from "../accounts";
import { useTags, type Tag } from "../mirrored";
import { holds } from "./listing";
import { OfAccount } from "./OfAccount";
import { byGroup } from "./tagGroups";

/** Tags of the platform by their groups, with how many customers have each. */
export function Tags() {
  const { t } = useTranslation("channels");
  return (
    <Page title={t("tags.title")} what={t("tags.what")}>
      <OfAccount needs="tags">{(account, choice) => <List account={account} choice={choice} />}</OfAccount>
    </Page>
  );
}

function List({ account, choice }: { account: Account; choice: ReactNode }) {
  const { t } = useTranslation("channels");
  const [words, setWords] = useInAddress("words");
  const tags = useTags(account.id);
  return (
    <Flex vertical gap="middle">
      <Flex gap="small" wrap>
        <Input allowClear aria-label={t("tags.words")} placeholder={t("tags.words")} value={words ?? ""} onChange={(event) => setWords(event.target.value || null, true)} style={{ width: 240 }} />
        {choice}
      </Flex>
      <Loaded query={tags}>
        {(all) => {
          const groups = byGroup(all.filter((one) => holds([one.name, one.group_name], words ?? "")));
          if (groups.length === 0) return <Empty title={t(all.length === 0 ? "tags.empty" : "tags.none")} />;
          return (
            <Row gutter={[16, 16]}>
              {groups.map((group) => (
                <Col key={group.id} xs={24} md={12} xl={8}>
                  <Card
                    size="small"
                    style={{ height: "100%" }}
                    title={
                      <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
                        {group.name || t("tags.noGroup")}
                      </Typography.Title>
                    }
                    extra={<Typography.Text type="secondary">{t("tags.count", { count: group.tags.length })}</Typography.Text>}
                  >
                    <Table<Tag>
                      aria-label={group.name || t("tags.noGroup")}
                      size="small"
                      rowKey="tag_id"
                      pagination={false}
                      dataSource={group.tags}
                      columns={[
                        { key: "name", title: t("tags.name"), render: (_, row) => <span style={{ overflowWrap: "anywhere" }}>{row.name}</span> },
                        { key: "contacts", title: t("tags.contacts"), align: "right", render: (_, row) => <Count value={row.contacts} /> },
                      ]}
                    />
                  </Card>
                </Col>
              ))}
            </Row>
          );
        }}
      </Loaded>
    </Flex>
  );
}
