import { Flex, Typography } from "antd";
import { useEffect, type ReactNode } from "react";

import { useBrand } from "./brand";

interface Props {
  title: string;
  /** One sentence on what is shown here. */
  what?: ReactNode;
  /** Above the title: where one comes from. */
  above?: ReactNode;
  /** Beside the title: what can be done here. */
  actions?: ReactNode;
  /** For pages whose content says its title itself. */
  hideTitle?: boolean;
  children: ReactNode;
}

/** One page: its heading, its name in the browser's tab, its actions. */
export function Page({ title, what, above, actions, hideTitle = false, children }: Props) {
  const brand = useBrand();
  useEffect(() => {
    document.title = [title, brand.name || "Siyu 私域"].join(" · ");
  }, [title, brand.name]);
  return (
    <>
      {above}
      <Flex justify="space-between" align="flex-start" gap="middle" wrap style={{ marginBottom: hideTitle ? 0 : 16 }}>
        <div>
          <Typography.Title level={1} className={hideTitle ? "siyu-hidden" : undefined} style={{ fontSize: 22, margin: 0 }}>
            {title}
          </Typography.Title>
          {what && <Typography.Text type="secondary">{what}</Typography.Text>}
        </div>
        {actions && (
          <Flex gap="small" wrap>
            {actions}
          </Flex>
        )}
      </Flex>
      {children}
    </>
  );
}
