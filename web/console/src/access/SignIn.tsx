import { ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Navigate, useNavigate, useSearchParams } from "react-router";

import { useSession, useSignIn, wasSignedIn } from "../app/session";
import { AccessCard } from "./Card";
import { LoginField } from "./fields";
import { wayBack } from "./wayBack";

export function SignIn() {
  const { t } = useTranslation("shell");
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const signIn = useSignIn();
  const session = useSession(wasSignedIn());
  const to = wayBack(search.get("to"));
  const entering = useMutation({
    mutationFn: ({ login, password }: { login: string; password: string }) => signIn(login, password),
    onSuccess: () => navigate(to, { replace: true }),
  });
  if (session.data && !entering.isPending) return <Navigate to={to} replace />;
  return (
    <AccessCard title={t("signIn.title")}>
      {search.has("to") && <Alert type="info" title={t("signIn.expired")} style={{ marginBottom: 16 }} />}
      {search.has("signed-out") && <Alert type="success" title={t("signIn.signedOut")} style={{ marginBottom: 16 }} />}
      <Form layout="vertical" requiredMark={false} onFinish={entering.mutate} disabled={entering.isPending}>
        <LoginField autoFocus />
        <Form.Item name="password" label={t("signIn.password")} rules={[{ required: true, message: t("required") }]}>
          <Input.Password autoComplete="current-password" maxLength={1000} />
        </Form.Item>
        <ErrorNote error={entering.error} />
        <Button type="primary" htmlType="submit" block loading={entering.isPending}>
          {t("signIn.submit")}
        </Button>
      </Form>
      <Typography.Paragraph type="secondary" style={{ margin: "16px 0 0" }}>
        {t("signIn.forgot")}
      </Typography.Paragraph>
    </AccessCard>
  );
}
