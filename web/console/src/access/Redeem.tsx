import { answered, api } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useSignIn } from "../app/session";
import { AccessCard } from "./Card";
import { LoginField, NewPasswordFields } from "./fields";
import { useLinkToken } from "./token";

interface Filled {
  login: string;
  password: string;
  name?: string;
}

/** Use a one-time link up, then sign in with what was just set. */
export function Redeem({ title, what, submit, withName }: { title: string; what: string; submit: string; withName: boolean }) {
  const { t } = useTranslation("shell");
  const token = useLinkToken();
  const signIn = useSignIn();
  const navigate = useNavigate();
  const using = useMutation({
    mutationFn: async ({ login, password, name }: Filled) => {
      await answered(api.POST("/api/v1/redeem", { body: { token, login, password, name: name?.trim() ?? "" } }));
      await signIn(login, password);
    },
    onSuccess: () => navigate("/", { replace: true }),
  });
  if (!token) {
    return (
      <AccessCard title={t("noToken.title")}>
        <Typography.Paragraph>{t("noToken.what")}</Typography.Paragraph>
        <Link to="/sign-in">{t("noToken.toSignIn")}</Link>
      </AccessCard>
    );
  }
  return (
    <AccessCard title={title} what={what}>
      <Form layout="vertical" requiredMark={false} onFinish={using.mutate} disabled={using.isPending}>
        <LoginField autoFocus />
        {withName && (
          <Form.Item name="name" label={t("firstOwner.name")} extra={t("firstOwner.nameHint")}>
            <Input autoComplete="name" maxLength={200} />
          </Form.Item>
        )}
        <NewPasswordFields />
        <ErrorNote error={using.error} />
        <Button type="primary" htmlType="submit" block loading={using.isPending}>
          {submit}
        </Button>
      </Form>
    </AccessCard>
  );
}
