import { Modal } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";

/** Ask before changes are lost: on another page, and on closing the tab. */
export function Unsaved({ dirty }: { dirty: boolean }) {
  const { t } = useTranslation("journeys");
  const blocker = useBlocker(({ currentLocation, nextLocation }) => dirty && currentLocation.pathname !== nextLocation.pathname);
  useEffect(() => {
    if (!dirty) return undefined;
    const hold = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", hold);
    return () => removeEventListener("beforeunload", hold);
  }, [dirty]);
  return (
    <Modal open={blocker.state === "blocked"} title={t("forms.leave.title")} okText={t("forms.leave.ok")} okButtonProps={{ danger: true }} cancelText={t("forms.leave.stay")} onOk={() => blocker.proceed?.()} onCancel={() => blocker.reset?.()}>
      {t("forms.leave.what")}
    </Modal>
  );
}
