import { answered, api } from "@siyu/api";
import { DetailDrawer, Empty, ErrorNote, Loaded, useInAddress, When } from "@siyu/kit";
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Flex, Form, Modal, Table, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { Canvas } from "../canvas/Canvas";
import { Field } from "../forms/fields";
import { LeadsTo } from "../forms/LeadsTo";
import { JOURNEYS, useAgain, type Definition, type Journey } from "../journey";

function useVersion(journey: Journey, number: number) {
  return useQuery<Definition>({
    queryKey: [...JOURNEYS, journey.id, "version", number],
    enabled: number > 0,
    staleTime: Infinity,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/journeys/{journey_id}/versions/{number}", { signal, params: { path: { journey_id: journey.id, number } } })),
  });
}

/** What was published, and those inside older versions taken over. */
export function Versions({ journey }: { journey: Journey }) {
  const { t } = useTranslation("journeys");
  const may = useMay();
  const [shown, setShown] = useInAddress("version");
  const [from, setFrom] = useState(0);
  const query = useQuery({
    queryKey: [...JOURNEYS, journey.id, "versions"],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/journeys/{journey_id}/versions", { signal, params: { path: { journey_id: journey.id } } })),
  });
  const open = useVersion(journey, Number(shown) || 0);
  return (
    <Loaded query={query}>
      {(versions) =>
        versions.length === 0 ? (
          <Empty title={t("forms.versions.none")} />
        ) : (
          <>
            <Table
              aria-label={t("forms.tabs.versions")}
              size="small"
              rowKey="number"
              pagination={false}
              dataSource={versions}
              columns={[
                {
                  title: t("forms.versions.number"),
                  render: (_, one) => (
                    <Flex gap={6}>
                      {one.number}
                      {one.number === journey.version && <Tag style={{ margin: 0 }}>{t("forms.versions.current")}</Tag>}
                    </Flex>
                  ),
                },
                { title: t("forms.versions.at"), render: (_, one) => <When at={one.published_at} /> },
                { title: t("forms.versions.by"), render: (_, one) => one.published_by },
                {
                  render: (_, one) => (
                    <Flex gap="small" wrap justify="flex-end">
                      <Button size="small" onClick={() => setShown(String(one.number))}>
                        {t("forms.versions.show")}
                      </Button>
                      {may("journeys.manage") && one.number !== journey.version && (
                        <Button size="small" onClick={() => setFrom(one.number)}>
                          {t("forms.versions.migrate")}
                        </Button>
                      )}
                    </Flex>
                  ),
                },
              ]}
            />
            <DetailDrawer open={Number(shown) > 0} title={t("running.version", { number: shown ?? "" })} width={820} onClose={() => setShown(null)}>
              <Loaded query={open}>{(definition) => <Canvas definition={definition} height="calc(100vh - 120px)" />}</Loaded>
            </DetailDrawer>
            {from > 0 && <Migrate journey={journey} from={from} onClose={() => setFrom(0)} />}
          </>
        )
      }
    </Loaded>
  );
}

/** Steps of the old version that the new one does not have. */
export function lost(old: Pick<Definition, "steps">, next: Pick<Definition, "steps">): string[] {
  return Object.keys(old.steps).filter((name) => !(name in next.steps));
}

function Migrate({ journey, from, onClose }: { journey: Journey; from: number; onClose: () => void }) {
  const { t } = useTranslation("journeys");
  const { message } = App.useApp();
  const again = useAgain();
  const old = useVersion(journey, from);
  const next = useVersion(journey, journey.version);
  const [steps, setSteps] = useState<Record<string, string>>({});
  const missing = old.data && next.data ? lost(old.data, next.data) : [];
  const moving = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/journeys/{journey_id}/migrate", { params: { path: { journey_id: journey.id } }, body: { version: from, into: journey.version, steps } })),
    onSuccess: async () => {
      await again();
      void message.success(t("forms.versions.migrated"));
      onClose();
    },
  });
  return (
    <Modal
      open
      title={t("forms.versions.migrateTitle", { from: String(from), to: String(journey.version) })}
      okText={t("forms.versions.migrate")}
      okButtonProps={{ disabled: !next.data || missing.some((name) => !steps[name]) }}
      confirmLoading={moving.isPending}
      onOk={() => moving.mutate()}
      onCancel={onClose}
    >
      <p>{t("forms.versions.migrateWhat")}</p>
      <ErrorNote error={moving.error ?? old.error ?? next.error} />
      <Form layout="vertical" component="div">
        {next.data &&
          missing.map((name) => (
            <Field key={name} label={t("forms.versions.into", { step: name })} required>
              <LeadsTo label={t("forms.versions.into", { step: name })} definition={next.data} value={steps[name] ?? ""} onChange={(step) => setSteps({ ...steps, [name]: step })} />
            </Field>
          ))}
      </Form>
    </Modal>
  );
}
