import { Card, Col, Row } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Consents } from "./Consents";
import { Friends } from "./Friends";
import { Future } from "./Future";
import { Ladder } from "./Ladder";
import { usePersonHere } from "./person";
import { Profile } from "./Profile";
import { Relations, Tags } from "./Standing";
import { Worth } from "./Worth";

/** Who somebody is, what they are worth, and how the brand may speak to them. */
export function Overview() {
  const { t } = useTranslation("customers");
  const person = usePersonHere();
  const { profile } = person;
  return (
    <Row gutter={[16, 16]}>
      <Col xs={24} lg={14}>
        <Part title={t("worth.title")}>
          <Worth value={person.value} />
        </Part>
      </Col>
      <Col xs={24} lg={10}>
        <Part title={t("future.title")}>
          <Future prediction={person.prediction} />
        </Part>
      </Col>
      <Col xs={24} lg={14}>
        <Part title={t("profile.title")}>
          <Profile profile={profile} />
        </Part>
      </Col>
      <Col xs={24} lg={10}>
        <Part title={t("ladder.title")}>
          <Ladder profile={profile} orders={person.value.orders} />
        </Part>
      </Col>
      <Col xs={24} lg={14}>
        <Part title={t("relations.title")}>
          <Relations relations={profile.relations ?? []} />
        </Part>
      </Col>
      <Col xs={24} lg={10}>
        <Part title={t("tags.title")}>
          <Tags tags={profile.tags ?? []} />
        </Part>
      </Col>
      <Col span={24}>
        <Part title={t("friends.title")}>
          <Friends id={person.customer_id} />
        </Part>
      </Col>
      <Col span={24}>
        <Part title={t("consent.title")}>
          <Consents consents={profile.consents ?? []} />
        </Part>
      </Col>
    </Row>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{title}</h2>} style={{ height: "100%" }}>
      {children}
    </Card>
  );
}
