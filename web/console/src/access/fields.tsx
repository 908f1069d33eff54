import { Form, Input } from "antd";
import { useTranslation } from "react-i18next";

/** As engines/access/rules.py: the server has the last word, and more rules. */
const SHORTEST = 10;

export function LoginField({ autoFocus = false }: { autoFocus?: boolean }) {
  const { t } = useTranslation("shell");
  return (
    <Form.Item name="login" label={t("signIn.login")} rules={[{ required: true, whitespace: true, message: t("required") }]}>
      <Input autoComplete="username" maxLength={200} autoFocus={autoFocus} autoCapitalize="none" spellCheck={false} />
    </Form.Item>
  );
}

/** A new password, twice. */
export function NewPasswordFields() {
  const { t } = useTranslation("shell");
  return (
    <>
      <Form.Item
        name="password"
        label={t("password.new")}
        extra={t("password.rule")}
        rules={[
          { required: true, message: t("required") },
          { min: SHORTEST, message: t("password.tooShort") },
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={1000} />
      </Form.Item>
      <Form.Item
        name="again"
        label={t("password.again")}
        dependencies={["password"]}
        rules={[
          { required: true, message: t("required") },
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              !value || value === getFieldValue("password") ? Promise.resolve() : Promise.reject(new Error(t("password.differ"))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={1000} />
      </Form.Item>
    </>
  );
}
