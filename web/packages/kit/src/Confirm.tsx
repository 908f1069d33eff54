import { useMutation } from "@tanstack/react-query";
import { Button, Input, Modal, Typography, type ButtonProps } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ErrorNote } from "./states";

interface Props extends Omit<ButtonProps, "onClick" | "title" | "children"> {
  /** What the button says. */
  label: ReactNode;
  /** The question. */
  title: string;
  /** What will happen, and whether it can be undone. */
  children?: ReactNode;
  /** What the button that does it says; "OK" when absent. */
  okText?: string;
  /** For what cannot be undone: has to be typed first. */
  typed?: string;
  /** False while what is to be done is not chosen yet. */
  ready?: boolean;
  onConfirm: () => Promise<unknown>;
}

/** A button that asks before it does; stays open and says why when it fails. */
export function Confirm({ label, title, children, okText, typed, ready: chosen = true, onConfirm, danger, ...button }: Props) {
  const { t } = useTranslation("kit");
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const doing = useMutation({ mutationFn: onConfirm, onSuccess: () => setOpen(false) });
  const ready = chosen && (typed === undefined || text.trim() === typed);
  const ask = typed === undefined ? "" : t("confirm.type", { text: typed });
  const reset = (): void => {
    doing.reset();
    setText("");
  };
  return (
    <>
      <Button {...button} danger={danger} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal
        open={open}
        title={title}
        okText={okText ?? t("confirm.ok")}
        okButtonProps={{ danger, disabled: !ready }}
        confirmLoading={doing.isPending}
        onOk={() => doing.mutate()}
        onCancel={() => setOpen(false)}
        afterClose={reset}
        destroyOnHidden
      >
        {children}
        {typed !== undefined && (
          <>
            <Typography.Paragraph style={{ marginTop: 16 }}>{ask}</Typography.Paragraph>
            <Input aria-label={ask} value={text} onChange={(event) => setText(event.target.value)} />
          </>
        )}
        <div style={{ marginTop: 16 }}>
          <ErrorNote error={doing.error} />
        </div>
      </Modal>
    </>
  );
}
