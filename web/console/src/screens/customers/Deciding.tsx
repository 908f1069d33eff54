import { ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Modal, Typography } from "antd";
import { useState } from "react";

import { isReason, Reason } from "./Reason";

interface Props {
  open: boolean;
  title: string;
  /** What will happen, and how it is undone. */
  what: string;
  okText: string;
  danger?: boolean;
  onDecide: (reason: string) => Promise<unknown>;
  onClose: () => void;
}

/** Asks for the reason of what is decided about people; stays open and says why when it fails. */
export function Deciding({ open, title, what, okText, danger = false, onDecide, onClose }: Props) {
  const [reason, setReason] = useState("");
  const doing = useMutation({ mutationFn: () => onDecide(reason.trim()), onSuccess: onClose });
  return (
    <Modal
      open={open}
      title={title}
      okText={okText}
      okButtonProps={{ danger, disabled: !isReason(reason) }}
      confirmLoading={doing.isPending}
      onOk={() => doing.mutate()}
      onCancel={onClose}
      afterClose={() => {
        setReason("");
        doing.reset();
      }}
      destroyOnHidden
    >
      <Typography.Paragraph>{what}</Typography.Paragraph>
      <ErrorNote error={doing.error} />
      <Reason value={reason} onChange={setReason} suggest autoFocus />
    </Modal>
  );
}
