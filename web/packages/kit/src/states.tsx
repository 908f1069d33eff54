import { Empty as AntEmpty, Alert, App, Button, Flex, Result, Spin, Typography } from "antd";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@siyu/api";

import { useLanguage } from "./language";

/** What went wrong, in the language of the screen. */
export function useErrorText(): (error: unknown) => string {
  const language = useLanguage();
  const { t } = useTranslation("kit");
  return (error) => {
    if (error instanceof ApiError) {
      const said = language === "zh" ? error.messageZh : error.message;
      // Most that tell when to come back say it in their own words.
      return error.retryAfter && !("retry_after" in error.details) ? `${said} ${t("error.again", { seconds: String(error.retryAfter) })}` : said;
    }
    return error instanceof Error ? error.message : String(error);
  };
}

/** Say an error in passing, for what was done by a click. */
export function useShowError(): (error: unknown) => void {
  const { message } = App.useApp();
  const text = useErrorText();
  return (error) => void message.error(text(error), 6);
}

/** An error inside a form, above its button. */
export function ErrorNote({ error }: { error: unknown }) {
  const text = useErrorText();
  if (!error) return null;
  return <Alert type="error" showIcon role="alert" title={text(error)} style={{ marginBottom: 16 }} />;
}

/** What could not be loaded, in the place where it would be, with the way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation("kit");
  const text = useErrorText();
  const refused = error instanceof ApiError && error.status === 403;
  const code = error instanceof ApiError ? error.code : undefined;
  return (
    <Flex vertical align="center" gap="small" role="alert" style={{ padding: 32, textAlign: "center" }}>
      <Typography.Text strong>{t(refused ? "error.notAllowed" : "error.title")}</Typography.Text>
      <Typography.Text>{text(error)}</Typography.Text>
      {code && <Typography.Text type="secondary">{t("error.code", { code })}</Typography.Text>}
      {onRetry && !refused && <Button onClick={onRetry}>{t("retry")}</Button>}
    </Flex>
  );
}

/** Nothing there: says why, and what to do about it. */
export function Empty({ title, children }: { title?: ReactNode; children?: ReactNode }) {
  const { t } = useTranslation("kit");
  return (
    <AntEmpty image={AntEmpty.PRESENTED_IMAGE_SIMPLE} description={title ?? t("empty.title")}>
      {children}
    </AntEmpty>
  );
}

export function Loading({ full = false }: { full?: boolean }) {
  const { t } = useTranslation("kit");
  return (
    <Flex justify="center" align="center" role="status" aria-label={t("loading")} style={{ padding: 48, height: full ? "100vh" : undefined }}>
      <Spin size="large" />
    </Flex>
  );
}

/** A page that threw. */
export function Broken({ problem }: { problem: unknown }) {
  const { t } = useTranslation("kit");
  return (
    <Result
      status="error"
      title={t("error.page")}
      subTitle={t("error.pageWhat")}
      extra={
        <Button type="primary" onClick={() => location.reload()}>
          {t("error.reload")}
        </Button>
      }
    >
      <Typography.Text code>{problem instanceof Error ? `${problem.name}: ${problem.message}` : String(problem)}</Typography.Text>
    </Result>
  );
}

/** The last net: what throws outside of a route. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { problem?: unknown }> {
  override state: { problem?: unknown } = {};

  static getDerivedStateFromError(problem: unknown) {
    return { problem };
  }

  override render() {
    return "problem" in this.state ? <Broken problem={this.state.problem} /> : this.props.children;
  }
}

interface Answer<Data> {
  data: Data | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** The three states of a query: loading, an error with a way to try again, or what it brought. */
export function Loaded<Data>({ query, children }: { query: Answer<Data>; children: (data: Data) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.isPending) return <Loading />;
  return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
}
