import { MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { useBrand } from "@siyu/kit";
import { Button, Flex, Layout, Menu, theme, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";

import { areas, isOpen, type Area } from "./screens";
import { useMe } from "./session";

const KEY = "siyu.menu";

/** The areas that the person may see; folds to icons on a tablet, or when told to. */
export function SideMenu() {
  const { t } = useTranslation("shell");
  const { token } = theme.useToken();
  const brand = useBrand();
  const [folded, setFolded] = useState(() => localStorage.getItem(KEY) === "folded");
  const fold = (now: boolean): void => {
    localStorage.setItem(KEY, now ? "folded" : "open");
    setFolded(now);
  };
  return (
    <Layout.Sider
      collapsed={folded}
      collapsedWidth={56}
      width={208}
      theme="light"
      breakpoint="lg"
      onBreakpoint={(narrow) => setFolded(narrow || localStorage.getItem(KEY) === "folded")}
      style={{ borderInlineEnd: `1px solid ${token.colorBorderSecondary}` }}
    >
      <Flex vertical style={{ height: "100%" }}>
        <Link to="/" aria-label={brand.name || t("brand")} style={{ padding: folded ? "14px 14px" : "14px 20px" }}>
          <Flex gap="small" align="center">
            <img src="/icon.svg" alt="" width={28} height={28} />
            {!folded && (
              <Typography.Text strong ellipsis>
                {brand.name || t("brand")}
              </Typography.Text>
            )}
          </Flex>
        </Link>
        <nav aria-label={t("menu.label")} style={{ flex: 1, overflow: "auto" }}>
          <Areas folded={folded} />
        </nav>
        <Button
          type="text"
          icon={folded ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
          aria-label={folded ? t("menu.open") : t("menu.close")}
          aria-expanded={!folded}
          onClick={() => fold(!folded)}
          style={{ margin: 8, alignSelf: folded ? "center" : "flex-end" }}
        />
      </Flex>
    </Layout.Sider>
  );
}

function Areas({ folded }: { folded: boolean }) {
  const { t } = useTranslation("shell");
  const { rights } = useMe();
  const { pathname } = useLocation();
  const open = areas.filter((area) => isOpen(area, rights));
  const here = open.find((area) => pathname === `/${area.name}` || pathname.startsWith(`/${area.name}/`));
  const item = (area: Area) => {
    const entries = (area.entries ?? []).filter((entry) => !entry.right || rights.includes(entry.right));
    const common = { key: `/${area.name}`, icon: area.icon };
    if (entries.length === 0) {
      return { ...common, label: <Link to={`/${area.name}`}>{t(`menu.${area.name}`)}</Link>, title: t(`menu.${area.name}`) };
    }
    const children = entries.map(({ path, label }) => ({ key: path, label: <Link to={path}>{t(label as never)}</Link> }));
    return { ...common, label: t(`menu.${area.name}`), children };
  };
  return (
    <Menu
      mode="inline"
      items={open.map(item)}
      selectedKeys={selected(here, pathname)}
      defaultOpenKeys={here && !folded ? [`/${here.name}`] : []}
      style={{ borderInlineEnd: 0 }}
    />
  );
}

/** The entry whose address begins the present one, the longest first. */
function selected(here: Area | undefined, pathname: string): string[] {
  if (!here) return [];
  const paths = (here.entries ?? []).map((entry) => entry.path).sort((a, b) => b.length - a.length);
  return [paths.find((path) => pathname === path || pathname.startsWith(`${path}/`)) ?? `/${here.name}`];
}
