import { CheckOutlined, MinusOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { Loaded, Page, useLanguage } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Flex, Table, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

const ROLES: readonly Schema<"Role">[] = ["owner", "operator", "analyst", "staff", "auditor"];

/** Which role may do what. */
export function Rights() {
  const { t } = useTranslation("team");
  const language = useLanguage();
  const { token } = theme.useToken();
  const query = useQuery({ queryKey: ["team", "rights"], staleTime: Infinity, queryFn: ({ signal }) => answered(api.GET("/api/v1/rights", { signal })) });
  const has = (row: Schema<"RightRead">, role: Schema<"Role">) =>
    row.roles.includes(role) ? (
      <CheckOutlined role="img" aria-label={t("rights.yes")} style={{ color: token.colorSuccess }} />
    ) : (
      <MinusOutlined role="img" aria-label={t("rights.no")} style={{ color: token.colorTextQuaternary }} />
    );
  return (
    <Page title={t("rights.title")} what={t("rights.what")}>
      <Loaded query={query}>
        {(rights) => (
          <Table<Schema<"RightRead">>
            // The page scrolls, and nothing else in it takes the keyboard.
            onRow={() => ({ tabIndex: 0 })}
            rowKey="right"
            size="middle"
            aria-label={t("rights.title")}
            dataSource={rights}
            pagination={false}
            scroll={{ x: "max-content" }}
            columns={[
              {
                key: "right",
                title: t("rights.right"),
                render: (_, row) => (
                  <Flex vertical>
                    <span>{row[language]}</span>
                    <Typography.Text type="secondary" style={{ fontFamily: "ui-monospace, Consolas, monospace" }}>
                      {row.right}
                    </Typography.Text>
                  </Flex>
                ),
              },
              ...ROLES.map((role) => ({
                key: role,
                title: t(`roles.${role}`),
                align: "center" as const,
                render: (_: unknown, row: Schema<"RightRead">) => has(row, role),
              })),
            ]}
          />
        )}
      </Loaded>
    </Page>
  );
}
