import { answered, api } from "@siyu/api";
import { Confirm, ErrorNote, useShowError } from "@siyu/kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { isWhole, type Definition } from "./definition";

interface Props {
  definition: Definition;
  /** The saved funnel that is open. */
  id: number | undefined;
  onOpen: (definition: Definition, id: number) => void;
  onForget: () => void;
}

const LIST = ["insight", "funnels"];

/** Funnels that somebody keeps: open one, save this one, change or delete one's own. */
export function Saved({ definition, id, onOpen, onForget }: Props) {
  const { t } = useTranslation("insight");
  const client = useQueryClient();
  const showError = useShowError();
  const [naming, setNaming] = useState(false);
  const list = useQuery({ queryKey: LIST, queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/funnels", { signal })) });
  const again = (): Promise<void> => client.invalidateQueries({ queryKey: LIST });
  const open = list.data?.find((one) => one.id === id);
  const change = useMutation({
    mutationFn: async () => open && answered(api.PUT("/api/v1/insight/funnels/{funnel_id}", { params: { path: { funnel_id: open.id } }, body: { name: open.name, definition } })),
    onSuccess: async (saved) => {
      await again();
      if (saved) onOpen(saved.definition, saved.id);
    },
    onError: showError,
  });
  const drop = async (): Promise<void> => {
    if (!open) return;
    await answered(api.DELETE("/api/v1/insight/funnels/{funnel_id}", { params: { path: { funnel_id: open.id } } }));
    onForget();
    await again();
  };
  return (
    <Flex gap={4} wrap align="center" style={{ marginBottom: 12 }}>
      <Select
        aria-label={t("funnel.saved")}
        placeholder={t("funnel.saved")}
        notFoundContent={t("funnel.noSaved")}
        size="small"
        style={{ width: 150 }}
        value={open?.id}
        loading={list.isPending}
        options={(list.data ?? []).map((one) => ({ value: one.id, label: one.name }))}
        onChange={(chosen) => {
          const found = list.data?.find((one) => one.id === chosen);
          if (found) onOpen(found.definition, found.id);
        }}
      />
      {open && (
        <>
          <Button size="small" disabled={!isWhole(definition)} loading={change.isPending} onClick={() => change.mutate()}>
            {t("funnel.update")}
          </Button>
          <Confirm label={t("funnel.delete")} title={t("funnel.deleteSure", { name: open.name })} onConfirm={drop} danger size="small" />
        </>
      )}
      <Button size="small" disabled={!isWhole(definition)} onClick={() => setNaming(true)}>
        {t("funnel.saveAs")}
      </Button>
      {naming && (
        <Naming
          definition={definition}
          onClose={() => setNaming(false)}
          onSaved={async (made) => {
            setNaming(false);
            await again();
            onOpen(definition, made);
          }}
        />
      )}
    </Flex>
  );
}

function Naming({ definition, onClose, onSaved }: { definition: Definition; onClose: () => void; onSaved: (id: number) => Promise<void> }) {
  const { t } = useTranslation("insight");
  const [form] = Form.useForm<{ name: string }>();
  const save = useMutation({
    mutationFn: (name: string) => answered(api.POST("/api/v1/insight/funnels", { body: { name, definition } })),
    onSuccess: ({ id }) => onSaved(id),
  });
  return (
    <Modal open title={t("funnel.saveAs")} okText={t("funnel.save")} confirmLoading={save.isPending} onOk={() => form.submit()} onCancel={onClose}>
      <ErrorNote error={save.error} />
      <Form form={form} layout="vertical" onFinish={({ name }) => save.mutate(name)}>
        <Form.Item name="name" label={t("funnel.nameLabel")} rules={[{ required: true, whitespace: true, message: t("funnel.nameNeeded") }]}>
          <Input maxLength={200} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
