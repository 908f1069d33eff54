import { answered, api, type Schema } from "@siyu/api";
import { Empty, Loaded, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Card, Flex, Tag, Timeline, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import { JOURNEYS } from "../journey";

type Place = Schema<"OfPerson">;

/** The journeys that somebody is or was in, and what comes next in each. */
export function OfPerson({ customerId }: { customerId: number }) {
  const { t } = useTranslation("journeys");
  const query = useQuery({
    queryKey: [...JOURNEYS, "of", customerId],
    enabled: useMay()("journeys.read"),
    queryFn: ({ signal }) => answered(api.GET("/api/v1/customers/{customer_id}/journeys", { signal, params: { path: { customer_id: customerId } } })),
  });
  return (
    <Loaded query={query}>
      {(places) =>
        places.length === 0 ? (
          <Empty title={t("running.noneOfPerson")} />
        ) : (
          <Flex vertical gap="middle">
            {places.map((place) => (
              <One key={place.enrolment.id} place={place} />
            ))}
          </Flex>
        )
      }
    </Loaded>
  );
}

function One({ place: { name, enrolment, planned } }: { place: Place }) {
  const { t } = useTranslation("journeys");
  const title = (
    <Flex gap="small" align="center" wrap>
      <h2 style={{ fontSize: 15, margin: 0 }}>
        <Link to={`/journeys/${enrolment.journey_id}?tab=running`}>{name}</Link>
      </h2>
      <Tag style={{ margin: 0 }}>{t("running.version", { number: String(enrolment.version) })}</Tag>
      {enrolment.key && <Tag style={{ margin: 0 }}>{enrolment.key}</Tag>}
      {!enrolment.treated && <Tag style={{ margin: 0 }}>{t("running.control")}</Tag>}
    </Flex>
  );
  return (
    <Card size="small" title={title}>
      <Flex vertical gap="small">
        <span>
          <Typography.Text type="secondary">{t("running.enteredAt")}</Typography.Text> <When at={enrolment.entered_at} />
          {enrolment.ended_at && (
            <>
              {" · "}
              <Typography.Text type="secondary">{t("running.endedAt")}</Typography.Text> <When at={enrolment.ended_at} />
            </>
          )}
          {enrolment.ended && ` · ${t(`running.ended.${enrolment.ended}`)}`}
        </span>
        {!enrolment.ended && (
          <>
            <span>
              <Typography.Text type="secondary">{t("running.at")}</Typography.Text> <strong>{enrolment.step}</strong>
            </span>
            <Typography.Text type="secondary">{planned.length ? `${t("running.planned")} (${t("running.plannedWhat")})` : t("running.plannedNone")}</Typography.Text>
            {planned.length > 0 && (
              <Timeline
                items={[
                  ...planned.map((one) => ({
                    content: (
                      <>
                        <When at={one.at} /> {one.step} <Typography.Text type="secondary">{t(`canvas.kind.${one.kind as "wait"}`)}</Typography.Text>
                      </>
                    ),
                  })),
                  ...(["goal", "exit"].includes(planned.at(-1)?.kind ?? "") ? [] : [{ color: "gray", content: <Typography.Text type="secondary">{t("running.plannedEnd")}</Typography.Text> }]),
                ]}
              />
            )}
          </>
        )}
      </Flex>
    </Card>
  );
}
