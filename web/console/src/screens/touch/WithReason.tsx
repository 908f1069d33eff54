import { ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input, Modal, type ButtonProps } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props extends Omit<ButtonProps, "onClick" | "title" | "children"> {
  label: string;
  title: string;
  /** What the button that does it says; the label when absent. */
  okText?: string;
  /** Whether what is above the reason can be done; yes when absent. */
  ready?: boolean;
  children?: ReactNode;
  onDone: (reason: string) => Promise<unknown>;
}

/** A button that asks for a reason before it does; the reason goes into the audit. */
export function WithReason({ label, title, okText, ready = true, children, onDone, ...button }: Props) {
  const { t } = useTranslation("touch");
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const doing = useMutation({ mutationFn: () => onDone(reason.trim()), onSuccess: () => setOpen(false) });
  return (
    <>
      <Button {...button} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal
        open={open}
        title={title}
        okText={okText ?? label}
        okButtonProps={{ disabled: !ready || reason.trim().length < 3, danger: button.danger }}
        confirmLoading={doing.isPending}
        onOk={() => doing.mutate()}
        onCancel={() => setOpen(false)}
        afterClose={() => {
          doing.reset();
          setReason("");
        }}
        destroyOnHidden
      >
        {children}
        <Form layout="vertical" component="div" style={{ marginTop: 12 }}>
          <Form.Item label={t("reason.label")} extra={t("reason.what")} required>
            <Input.TextArea aria-label={t("reason.label")} maxLength={500} rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
          </Form.Item>
        </Form>
        <ErrorNote error={doing.error} />
      </Modal>
    </>
  );
}
