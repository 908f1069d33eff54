import { DeleteOutlined, PictureOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { MATERIAL_KINDS } from "../../content/content";
import { MaterialChooser } from "../../content/parts/MaterialChooser";
import { Thumb } from "../../content/parts/Thumb";
import { asJourney, attachmentOf, MEDIUM } from "../../content/pick/attachment";
import type { Attachment } from "../journey";
import { Pairs } from "./Pairs";
import type { Way } from "./Wishes";

interface Props {
  ways: readonly Way[];
  value: readonly Attachment[];
  onChange: (attachments: Attachment[]) => void;
  /** A material that is a text is said, not attached. */
  onText: (text: string) => void;
}

/** What goes with the text, as far as the ways carry it: materials, or written here. */
export function Attachments({ ways, value, onChange, onText }: Props) {
  const { t } = useTranslation("journeys");
  const may = useMay();
  const [choosing, setChoosing] = useState(false);
  const contents = ways.flatMap((way) => way.contents).filter((one) => one.name !== "text");
  const kinds = [...new Set([...contents.map((one) => one.name), ...value.map((one) => one.kind)])];
  const most = ways.length ? Math.min(...ways.map((way) => way.attachments)) : 0;
  const name = (kind: string): string => t(`forms.content.${kind as "link"}`, { defaultValue: kind });
  const put = (at: number, changed: Attachment): void => onChange(value.map((one, index) => (index === at ? changed : one)));
  const full = value.length >= most || kinds.length === 0;
  return (
    <Flex vertical gap={6}>
      {value.map((one, index) => {
        const { [MEDIUM]: medium = "", ...fields } = one.fields ?? {};
        return (
          <Card
            key={index}
            size="small"
            title={<Select aria-label={t("forms.send.attachments")} value={one.kind} disabled={medium !== ""} options={kinds.map((kind) => ({ value: kind, label: name(kind) }))} onChange={(kind) => put(index, { ...one, kind })} style={{ width: 140 }} />}
            extra={<Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("forms.send.removeAttachment", { number: String(index + 1) })} onClick={() => onChange(value.filter((_, at) => at !== index))} />}
          >
            <Flex vertical gap="small">
              {medium && <Thumb material={{ kind: MATERIAL_KINDS.find((kind) => kind === one.kind) ?? "file", fields, medium }} size={72} label={name(one.kind)} />}
              <Pairs label={name(one.kind)} add={t("forms.webhook.addField")} value={fields} onChange={(changed) => put(index, { ...one, fields: medium ? { ...changed, [MEDIUM]: medium } : changed })} />
            </Flex>
          </Card>
        );
      })}
      <Flex gap="small" wrap>
        {may("content.read") && (
          <Button type="dashed" size="small" icon={<PictureOutlined />} onClick={() => setChoosing(true)}>
            {t("forms.send.fromMaterials")}
          </Button>
        )}
        <Button type="dashed" size="small" icon={<PlusOutlined />} disabled={full} onClick={() => onChange([...value, starting(kinds)])}>
          {t("forms.send.addAttachment")}
        </Button>
      </Flex>
      <MaterialChooser
        open={choosing}
        onClose={() => setChoosing(false)}
        onChoose={(material) => {
          if (material.kind === "text") onText(asJourney(material.text));
          else onChange([...value, attachmentOf(material)]);
          setChoosing(false);
        }}
      />
    </Flex>
  );
}

function starting(kinds: readonly string[]): Attachment {
  return kinds.includes("link") ? { kind: "link", fields: { title: "", url: "https://", desc: "" } } : { kind: kinds[0] ?? "link", fields: {} };
}
