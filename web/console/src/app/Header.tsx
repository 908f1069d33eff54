import { BulbOutlined, GlobalOutlined, UserOutlined } from "@ant-design/icons";
import { useLanguage, useShowError, type Appearance } from "@siyu/kit";
import { Button, Dropdown, Flex, Layout, theme, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { ChangePassword } from "../access/ChangePassword";
import { chooseAppearance, useAppearance } from "./appearance";
import { useConfig } from "./config";
import { chooseLanguage } from "./language";
import { useMe, useSignOut } from "./session";

export function Header() {
  const { token } = theme.useToken();
  return (
    <Layout.Header style={{ background: token.colorBgContainer, borderBottom: `1px solid ${token.colorBorderSecondary}` }}>
      <Flex justify="flex-end" align="center" gap="small" style={{ height: "100%" }}>
        <LanguageSwitch />
        <AppearanceSwitch />
        <Account />
      </Flex>
    </Layout.Header>
  );
}

/** Chinese or English; also on the pages before the sign-in. */
export function LanguageSwitch() {
  const { t } = useTranslation("shell");
  const language = useLanguage();
  const other = language === "zh" ? "en" : "zh";
  return (
    <Button
      type="text"
      icon={<GlobalOutlined />}
      lang={other === "zh" ? "zh-CN" : "en"}
      title={t("language.label")}
      onClick={() => void chooseLanguage(other)}
    >
      {t(`language.${other}`)}
    </Button>
  );
}

/** Light, dark, or as the system. */
export function AppearanceSwitch() {
  const { t } = useTranslation("shell");
  const appearance = useAppearance();
  const choices: Appearance[] = ["light", "dark", "system"];
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectable: true,
        selectedKeys: [appearance],
        items: choices.map((key) => ({ key, label: t(`appearance.${key}`) })),
        onClick: ({ key }) => chooseAppearance(key as Appearance),
      }}
    >
      <Button type="text" icon={<BulbOutlined />} aria-haspopup="menu" aria-label={`${t("appearance.label")}: ${t(`appearance.${appearance}`)}`} />
    </Dropdown>
  );
}

function Account() {
  const { t } = useTranslation("shell");
  const me = useMe();
  const config = useConfig();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const showError = useShowError();
  const [changing, setChanging] = useState(false);
  const leave = async (): Promise<void> => {
    try {
      await signOut();
      await navigate("/sign-in?signed-out");
    } catch (problem) {
      showError(problem);
    }
  };
  const roles = me.roles.map((role) => t(`roles.${role}`)).join(" · ");
  return (
    <>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            { key: "who", type: "group", label: <Who name={me.name} roles={roles} /> },
            { key: "password", label: t("account.password"), onClick: () => setChanging(true) },
            { key: "out", label: t("account.signOut"), onClick: () => void leave() },
            ...(config.version ? [{ key: "version", type: "group" as const, label: t("version", { version: config.version }) }] : []),
          ],
        }}
      >
        <Button type="text" icon={<UserOutlined />} aria-haspopup="menu" title={t("account.label")}>
          <span style={{ maxWidth: "16em", overflow: "hidden", textOverflow: "ellipsis" }}>{me.name}</span>
        </Button>
      </Dropdown>
      <ChangePassword open={changing} onClose={() => setChanging(false)} />
    </>
  );
}

function Who({ name, roles }: { name: string; roles: string }) {
  return (
    <Flex vertical>
      <Typography.Text strong>{name}</Typography.Text>
      <Typography.Text type="secondary">{roles}</Typography.Text>
    </Flex>
  );
}
