import { PlusOutlined } from "@ant-design/icons";
import { Button, Card, Dropdown, Flex, Input, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { FIELDS, hasPicture, isMadeHere, KINDS, missingIn, withField, type Attachment, type Kind } from "./attachments";
import { Picture } from "./Picture";

interface Props {
  account: number;
  /** By the form. */
  id?: string;
  value?: Attachment[];
  onChange?: (value: Attachment[]) => void;
}

const MOST = 9;

/** Pictures, links and mini programs that a welcome carries. */
export function Attachments({ account, id, value = [], onChange }: Props) {
  const { t } = useTranslation("channels");
  const change = (at: number, one: Attachment): void => onChange?.(value.map((old, index) => (index === at ? one : old)));
  const remove = (at: number): void => onChange?.(value.filter((_, index) => index !== at));
  return (
    <Flex id={id} vertical gap="small">
      {value.map((one, at) => (
        <Card
          key={at}
          size="small"
          type="inner"
          title={isMadeHere(one[0]) ? t(`attach.kinds.${one[0]}`) : t("form.attachment", { kind: one[0] })}
          extra={
            <Button size="small" onClick={() => remove(at)}>
              {t("form.remove")}
            </Button>
          }
        >
          {isMadeHere(one[0]) && <One account={account} kind={one[0]} one={one} onChange={(now) => change(at, now)} />}
        </Card>
      ))}
      {value.length < MOST && (
        <Dropdown trigger={["click"]} menu={{ items: KINDS.map((key) => ({ key, label: t(`attach.kinds.${key}`) })), onClick: ({ key }) => onChange?.([...value, [key, {}]]) }}>
          <Button icon={<PlusOutlined />} aria-haspopup="menu" style={{ alignSelf: "flex-start" }}>
            {t("attach.add")}
          </Button>
        </Dropdown>
      )}
    </Flex>
  );
}

function One({ account, kind, one, onChange }: { account: number; kind: Kind; one: Attachment; onChange: (now: Attachment) => void }) {
  const { t } = useTranslation("channels");
  const missing = missingIn(one);
  return (
    <Flex vertical gap="small">
      {hasPicture(kind) && <Picture account={account} kind={kind} file={one[1]["file"]} onUploaded={(file) => onChange(withField(one, "file", file))} />}
      {FIELDS[kind].map((name) => (
        <Input key={name} aria-label={t(`attach.fields.${name}`)} addonBefore={t(`attach.fields.${name}`)} value={one[1][name] ?? ""} autoComplete="off" maxLength={2000} onChange={(event) => onChange(withField(one, name, event.target.value))} />
      ))}
      {missing.length > 0 && <Typography.Text type="warning">{t("attach.missing", { what: missing.map((name) => t(`attach.fields.${name}` as "attach.fields.title")).join(t("form.and")) })}</Typography.Text>}
    </Flex>
  );
}
