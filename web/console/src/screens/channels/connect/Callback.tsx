import { Alert, Button, Card, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useSaid, type Account, type Kind } from "../accounts";
import { Copied } from "./Copied";
import { canBeMadeUp } from "./fields";

interface Props {
  account: Account;
  kind: Kind | undefined;
  /** What was typed a moment ago; empty after the page was loaded again. */
  typed: Readonly<Record<string, string>>;
  onNext: () => void;
}

/** What to enter on the platform so that it pushes to us, and where. */
export function Callback({ account, kind, typed, onNext }: Props) {
  const { t } = useTranslation("channels");
  return (
    <Card size="small" style={{ maxWidth: 720 }}>
      <Flex vertical gap="middle">
        {account.callback_url === null ? <Typography.Text>{t("callback.none")}</Typography.Text> : <Enter account={account} kind={kind} typed={typed} url={account.callback_url} />}
        <Button type="primary" onClick={onNext} style={{ alignSelf: "flex-start" }}>
          {t("callback.next")}
        </Button>
      </Flex>
    </Card>
  );
}

function Enter({ account, kind, typed, url }: Omit<Props, "onNext"> & { url: string }) {
  const { t, i18n } = useTranslation("channels");
  const said = useSaid();
  const shared = (kind?.fields ?? []).filter(canBeMadeUp);
  const known = shared.filter((field) => typed[field.name]);
  const steps = i18n.exists(`channels:callback.steps.${account.channel}`) ? account.channel : "other";
  const list = t(`callback.steps.${steps}` as never, { returnObjects: true }) as unknown as Record<string, string>;
  return (
    <>
      <Typography.Text>{t("callback.what")}</Typography.Text>
      <ol style={{ margin: 0, paddingInlineStart: 20 }}>
        {Object.entries(list).map(([key, text]) => (
          <li key={key}>{text}</li>
        ))}
      </ol>
      <div>
        <Copied label={t("callback.url")} value={url} />
        {known.map((field) => (
          <Copied key={field.name} label={said(field)} value={typed[field.name] ?? ""} secret />
        ))}
      </div>
      {known.length < shared.length && <Alert type="info" showIcon title={t("callback.notAgain")} />}
      {/^https?:\/\/(localhost|127\.|\[::1\])/.test(url) && <Alert type="warning" showIcon title={t("callback.local")} />}
    </>
  );
}
