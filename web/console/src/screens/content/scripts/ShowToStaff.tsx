import { SendOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { ErrorNote, useLanguage } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Flex, Modal, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { memberOf, useMembers } from "../../channels/members";

/** Send what is previewed to a member of staff, who reads it where customers would: on a phone. */
export function ShowToStaff({ text }: { text: string }) {
  const { t } = useTranslation("content");
  const [open, setOpen] = useState(false);
  if (!useMay()("touch.manage")) return null;
  return (
    <>
      <Button size="small" icon={<SendOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => setOpen(true)}>
        {t("trial.action")}
      </Button>
      {open && <Choosing text={text} onClose={() => setOpen(false)} />}
    </>
  );
}

function Choosing({ text, onClose }: { text: string; onClose: () => void }) {
  const { t } = useTranslation("content");
  const language = useLanguage();
  const members = useMembers();
  const [key] = useState(() => crypto.randomUUID());
  const [whom, choose] = useState<string>();
  const showing = useMutation({
    mutationFn: () => {
      const member = memberOf(whom ?? "");
      return answered(api.POST("/api/v1/touch/trials", { body: { key: `${key}:${member.account_id}`, ...member, text } }));
    },
  });
  const shown = showing.data;
  const failed = shown?.state === "refused" || shown?.state === "held";
  return (
    <Modal
      open
      title={t("trial.title")}
      okText={t("trial.ok")}
      okButtonProps={{ disabled: !whom || shown !== undefined }}
      cancelText={shown ? t("trial.close") : undefined}
      confirmLoading={showing.isPending}
      onOk={() => showing.mutate()}
      onCancel={onClose}
    >
      <Flex vertical gap="middle">
        <Typography.Text>{t("trial.what")}</Typography.Text>
        <Select
          aria-label={t("trial.staff")}
          placeholder={t("trial.staff")}
          showSearch={{ optionFilterProp: "label" }}
          value={whom}
          options={members.map(({ value, label }) => ({ value, label }))}
          onChange={choose}
          notFoundContent={t("trial.nobody")}
        />
        <ErrorNote error={showing.error} />
        {shown && <Alert role="status" showIcon type={failed ? "error" : "success"} title={t(failed ? "trial.failed" : "trial.done")} description={failed ? (language === "zh" ? shown.reason_zh : shown.reason) : undefined} />}
      </Flex>
    </Modal>
  );
}
