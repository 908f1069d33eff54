import { answered, api, type Schema } from "@siyu/api";
import { Loaded, Page, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Alert, Col, Flex, Row, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { Jobs, Letters, Tables, Versions } from "./Lists";
import { ReadingCard } from "./ReadingCard";

type System = Schema<"System">;
const GROUPS = ["queue", "throughput", "export", "engines", "jobs", "ledger", "letters"] as const;
const LOOKS = { ok: "success", watch: "warning", bad: "error" } as const;

/** How the system is: what is not normal first, then every number. */
export function SystemPage() {
  const { t } = useTranslation("system");
  const query = useQuery({ queryKey: ["system"], refetchInterval: 5000, queryFn: ({ signal }) => answered(api.GET("/api/v1/system", { signal })) });
  return (
    <Page title={t("title")} what={t("what")}>
      <Loaded query={query}>{(system) => <Shown system={system} />}</Loaded>
    </Page>
  );
}

function Shown({ system }: { system: System }) {
  const { t } = useTranslation("system");
  const known: readonly string[] = GROUPS;
  const others = [...new Set(system.readings.map(({ group }) => group).filter((group) => !known.includes(group)))];
  return (
    <Flex vertical gap="large">
      <Alert
        type={LOOKS[system.state]}
        showIcon
        title={t(`overall.${system.state}`)}
        description={
          <Typography.Text type="secondary">
            {t("at")} <When at={system.at} precision="second" />
          </Typography.Text>
        }
      />
      {[...GROUPS, ...others].map((group) => {
        const readings = system.readings.filter((each) => each.group === group);
        if (readings.length === 0) return null;
        return (
          <section key={group} aria-label={known.includes(group) ? t(`groups.${group}` as never) : group}>
            <Typography.Title level={2} style={{ fontSize: 16, marginTop: 0 }}>
              {known.includes(group) ? t(`groups.${group}` as never) : group}
            </Typography.Title>
            <Row gutter={[16, 16]}>
              {readings.map((reading) => (
                <Col key={reading.name} xs={24} sm={12} xl={8}>
                  <ReadingCard reading={reading} />
                </Col>
              ))}
            </Row>
          </section>
        );
      })}
      <Row gutter={[16, 16]}>
        <Col xs={24}>
          <Jobs jobs={system.jobs} />
        </Col>
        <Col xs={24} xl={8}>
          <Letters letters={system.dead_letters} />
        </Col>
        <Col xs={24} xl={8}>
          <Tables tables={system.clickhouse_tables} />
        </Col>
        <Col xs={24} xl={8}>
          <Versions versions={system.versions} />
        </Col>
      </Row>
    </Flex>
  );
}
