import { UploadOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Flex, Input, Modal, Typography, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useAgain } from "../journey";

/** A journey from a file of git: a new one, or the draft of one that there is. */
export function ImportFile({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("journeys");
  const navigate = useNavigate();
  const again = useAgain();
  const [text, setText] = useState("");
  const bringing = useMutation({
    mutationFn: () => answered(api.PUT("/api/v1/journeys/yaml", { body: text, bodySerializer: String, headers: { "Content-Type": "application/yaml" } })),
    onSuccess: async (made) => {
      await again();
      await navigate(`/journeys/${made.id}`);
    },
  });
  return (
    <Modal open={open} title={t("import.title")} width={640} okText={t("import.ok")} okButtonProps={{ disabled: !text.trim() }} confirmLoading={bringing.isPending} onOk={() => bringing.mutate()} onCancel={onClose} destroyOnHidden>
      <Flex vertical gap="small">
        <Typography.Text type="secondary">{t("import.what")}</Typography.Text>
        <ErrorNote error={bringing.error} />
        <Upload
          accept=".yaml,.yml"
          showUploadList={false}
          beforeUpload={(file) => {
            void file.text().then(setText);
            return false;
          }}
        >
          <Button icon={<UploadOutlined />}>{t("import.file")}</Button>
        </Upload>
        <Input.TextArea aria-label={t("import.text")} placeholder={t("import.text")} value={text} rows={14} style={{ fontFamily: "monospace", fontSize: 12 }} onChange={(event) => setText(event.target.value)} />
      </Flex>
    </Modal>
  );
}
