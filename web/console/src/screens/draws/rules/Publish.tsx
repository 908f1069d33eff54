import { answered, api } from "@siyu/api";
import { ErrorNote, Loaded, useLanguage } from "@siyu/kit";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Flex, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { DRAWS, useAgain } from "../draws";

/** Publish a round: what the law may have against it is read first, and confirmed one by one. */
export function Publish({ code, version }: { code: string; version: number }) {
  const { t } = useTranslation("draws");
  const navigate = useNavigate();
  const again = useAgain();
  const language = useLanguage();
  const [open, setOpen] = useState(false);
  const [confirmed, setConfirmed] = useState<readonly string[]>([]);
  const warnings = useQuery({ queryKey: [...DRAWS, "warnings", code, version], enabled: open, queryFn: ({ signal }) => answered(api.GET("/api/v1/draws/warnings/{code}", { signal, params: { path: { code } } })) });
  const publishing = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/draws/rounds", { body: { code, version, confirmed: [...confirmed] } })),
    onSuccess: async (round) => {
      await again();
      await navigate(`/members/draws/${round.id}`);
    },
  });
  const ready = warnings.data?.every((one) => confirmed.includes(one.code)) ?? false;
  return (
    <>
      <Button size="small" type="primary" onClick={() => setOpen(true)}>
        {t("publish.ok")}
      </Button>
      <Modal open={open} title={t("publish.title")} okText={t("publish.ok")} okButtonProps={{ disabled: !ready }} confirmLoading={publishing.isPending} onOk={() => publishing.mutate()} onCancel={() => setOpen(false)} afterClose={() => publishing.reset()} destroyOnHidden>
        <Flex vertical gap="middle">
          {t("publish.what")}
          <Loaded query={warnings}>
            {(found) =>
              found.length === 0 ? (
                <Alert type="success" showIcon title={t("publish.none")} />
              ) : (
                <Flex vertical gap="small">
                  {found.map((one) => (
                    <Alert
                      key={one.code}
                      type="warning"
                      showIcon
                      title={language === "zh" ? one.zh : one.en}
                      description={
                        <Checkbox checked={confirmed.includes(one.code)} onChange={(event) => setConfirmed(event.target.checked ? [...confirmed, one.code] : confirmed.filter((each) => each !== one.code))}>
                          {t("publish.confirm")}
                        </Checkbox>
                      }
                    />
                  ))}
                </Flex>
              )
            }
          </Loaded>
          <ErrorNote error={publishing.error} />
        </Flex>
      </Modal>
    </>
  );
}
