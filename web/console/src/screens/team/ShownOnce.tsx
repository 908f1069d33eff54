import { Alert, Button, Flex, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  /** The link or key; nothing is shown without one. */
  secret: string | undefined;
  title: string;
  what: string;
  onClose: () => void;
}

/** A secret that is told one time: it stays until the person says that it is saved. */
export function ShownOnce({ secret, title, what, onClose }: Props) {
  const { t } = useTranslation("team");
  const [copied, setCopied] = useState(false);
  const close = (): void => {
    setCopied(false);
    onClose();
  };
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(secret ?? "");
    setCopied(true);
  };
  return (
    <Modal
      open={secret !== undefined}
      title={title}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      footer={
        <Button type="primary" onClick={close}>
          {t("once.done")}
        </Button>
      }
    >
      <Flex vertical gap="middle">
        <Alert type="warning" showIcon title={what} />
        <Flex gap="small">
          <Input readOnly aria-label={title} value={secret} onFocus={(event) => event.target.select()} style={{ fontFamily: "ui-monospace, Consolas, monospace" }} />
          <Button onClick={() => void copy()} aria-live="polite">
            {t(copied ? "once.copied" : "once.copy")}
          </Button>
        </Flex>
      </Flex>
    </Modal>
  );
}
