import { Drawer } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  open: boolean;
  title: ReactNode;
  onClose: () => void;
  /** Buttons beside the title. */
  actions?: ReactNode;
  width?: number;
  children: ReactNode;
}

/**
 * Details beside a list. Whether it is open belongs into the address: `open={search.has("id")}`, and closing removes it
 * (see {@link useInAddress}).
 */
export function DetailDrawer({ open, title, onClose, actions, width = 640, children }: Props) {
  const { t } = useTranslation("kit");
  return (
    <Drawer
      open={open}
      title={title}
      extra={actions}
      onClose={onClose}
      closable={{ "aria-label": t("close") }}
      size={width}
      styles={{ wrapper: { maxWidth: "100vw" } }}
      destroyOnHidden
    >
      {children}
    </Drawer>
  );
}
