import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Input } from "antd";
import { useTranslation } from "react-i18next";

/** Names and their values. */
export function Pairs({ label, add, value, onChange }: { label: string; add: string; value: Readonly<Record<string, string>>; onChange: (pairs: Record<string, string>) => void }) {
  const { t } = useTranslation("journeys");
  const entries = Object.entries(value);
  const set = (index: number, name: string, text: string): void => onChange(Object.fromEntries(entries.map((pair, at) => (at === index ? [name, text] : pair))));
  const free = (): string => {
    for (let number = entries.length + 1; ; number++) if (!(`field${number}` in value)) return `field${number}`;
  };
  return (
    <Flex vertical gap={6}>
      {entries.map(([name, text], index) => (
        <Flex key={index} gap={4}>
          <Input aria-label={`${label}: ${t("forms.webhook.fieldName")}`} value={name} onChange={(event) => (event.target.value in value ? undefined : set(index, event.target.value, text))} style={{ flex: 2 }} />
          <Input aria-label={`${label}: ${t("forms.webhook.fieldValue")}`} placeholder={t("forms.webhook.fieldValue")} value={text} onChange={(event) => set(index, name, event.target.value)} style={{ flex: 3 }} />
          <Button type="text" icon={<DeleteOutlined />} aria-label={t("forms.webhook.removeField", { name })} onClick={() => onChange(Object.fromEntries(entries.filter((_, at) => at !== index)))} />
        </Flex>
      ))}
      <Button type="dashed" size="small" icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }} onClick={() => onChange({ ...value, [free()]: "" })}>
        {add}
      </Button>
    </Flex>
  );
}
