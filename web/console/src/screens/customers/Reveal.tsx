import { EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Empty, ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Descriptions, Modal, Tooltip, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../app/session";
import { useNames } from "./names";
import { isReason, Reason } from "./Reason";

/** For so long personal data stays on the screen, which others may see too. */
const SHOWN_S = 60;

/** Personal data in clear: by right, for a reason, for a minute; the server writes the audit. */
export function Reveal({ customerId }: { customerId: number }) {
  const { t } = useTranslation("review");
  const may = useMay()("personal.reveal");
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const path = { customer_id: customerId };
  const showing = useMutation({
    gcTime: 0,
    mutationFn: () => answered(api.POST("/api/v1/customers/{customer_id}/reveal", { params: { path }, body: { reason: reason.trim() } })),
  });
  const close = (): void => {
    setOpen(false);
    setReason("");
    showing.reset();
  };
  const button = (
    <Button icon={<EyeOutlined />} disabled={!may} onClick={() => setOpen(true)}>
      {t("reveal.action")}
    </Button>
  );
  return (
    <>
      {may ? button : <Tooltip title={t("reveal.noRight")}>{button}</Tooltip>}
      <Modal
        open={open}
        title={t("reveal.title")}
        okText={t("reveal.show")}
        okButtonProps={{ disabled: !isReason(reason) }}
        confirmLoading={showing.isPending}
        onOk={() => showing.mutate()}
        onCancel={close}
        footer={showing.data ? null : undefined}
        destroyOnHidden
      >
        {showing.data ? (
          <Clear values={showing.data} onOver={close} />
        ) : (
          <>
            <Typography.Paragraph>{t("reveal.what")}</Typography.Paragraph>
            <ErrorNote error={showing.error} />
            <Reason value={reason} onChange={setReason} autoFocus />
          </>
        )}
      </Modal>
    </>
  );
}

function Clear({ values, onOver }: { values: Record<string, string[]>; onOver: () => void }) {
  const { t } = useTranslation("review");
  const names = useNames();
  const [left, setLeft] = useState(SHOWN_S);
  useEffect(() => {
    const timer = setInterval(() => setLeft((now) => now - 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const over = left <= 0;
  useEffect(() => {
    if (over) onOver();
  }, [over, onOver]);
  const items = Object.entries(values).map(([field, found]) => ({
    key: field,
    label: names.field(field),
    children: found.map((value) => (
      <div key={value}>
        <Typography.Text copyable>{value}</Typography.Text>
      </div>
    )),
  }));
  return (
    <>
      {items.length ? <Descriptions bordered size="small" column={1} items={items} /> : <Empty title={t("reveal.none")} />}
      <Typography.Paragraph type="secondary" style={{ margin: "12px 0" }} role="timer">
        {t("reveal.left", { seconds: String(left) })}
      </Typography.Paragraph>
      <Button icon={<EyeInvisibleOutlined />} onClick={onOver}>
        {t("reveal.hide")}
      </Button>
    </>
  );
}
