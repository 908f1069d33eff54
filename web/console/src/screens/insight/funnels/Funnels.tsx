import { answered, api } from "@siyu/api";
import { ErrorState, Loaded, Loading, Page } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Col, Row } from "antd";
import { useTranslation } from "react-i18next";

import { useAddress } from "../people/address";
import { Builder } from "./Builder";
import { readDefinition, usual, writeDefinition, type Definition, type Kind } from "./definition";
import { Result } from "./Result";
import { Saved } from "./Saved";
import { StepPeople } from "./StepPeople";

/** Funnels built by hand: how far people come, and where they stop. */
export function Funnels() {
  const { t } = useTranslation("insight");
  const schema = useQuery({
    queryKey: ["insight", "schema"],
    staleTime: 5 * 60_000,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/schema", { signal })),
  });
  return (
    <Page title={t("funnel.title")} what={t("funnel.what")}>
      <Loaded query={schema}>{({ kinds }) => <Asked kinds={kinds} />}</Loaded>
    </Page>
  );
}

function Asked({ kinds }: { kinds: readonly Kind[] }) {
  const { search, change } = useAddress();
  const definition = readDefinition(search.get("f")) ?? usual(kinds);
  const days = { from: search.get("from") ?? undefined, to: search.get("to") ?? undefined };
  const written = writeDefinition(definition);
  const open = (now: Definition, id?: number): void => change({ f: writeDefinition(now), saved: id ? String(id) : search.get("saved"), step: null, outcome: null, group: null });
  return (
    <Row gutter={[16, 16]}>
      <Col xs={24} xl={10} xxl={9}>
        <Builder
          key={`${written} ${days.from} ${days.to}`}
          kinds={kinds}
          definition={definition}
          days={days}
          onRun={(now, chosen) => change({ f: writeDefinition(now), from: chosen.from, to: chosen.to, step: null, outcome: null, group: null })}
          saved={(now) => <Saved definition={now} id={Number(search.get("saved")) || undefined} onOpen={open} onForget={() => change({ saved: null })} />}
        />
      </Col>
      <Col xs={24} xl={14} xxl={15}>
        <Counted definition={definition} days={days} kinds={kinds} />
      </Col>
    </Row>
  );
}

export interface Days {
  from?: string;
  to?: string;
}

function Counted({ definition, days, kinds }: { definition: Definition; days: Days; kinds: readonly Kind[] }) {
  const query = useQuery({
    queryKey: ["insight", "funnel", definition, days],
    queryFn: ({ signal }) => answered(api.POST("/api/v1/insight/funnel", { signal, body: { ...definition, from: days.from, to: days.to } })),
  });
  if (query.isPending) return <Loading />;
  if (!query.data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <Result table={query.data} definition={definition} kinds={kinds} />
      <StepPeople definition={definition} table={query.data} kinds={kinds} />
    </>
  );
}
