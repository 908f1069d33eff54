import { DeleteOutlined } from "@ant-design/icons";
import { Button, Card, Form } from "antd";
import { useTranslation } from "react-i18next";

import type { Offer } from "../content";
import { Materials } from "../parts/MaterialChooser";
import { TextBox } from "../parts/TextBox";
import { KindSelect } from "./Kinds";

interface Props {
  title: string;
  what?: string;
  offer: Offer;
  onChange: (offer: Offer) => void;
  onRemove?: () => void;
}

/** One thing that is said: its text, what is shown beside it, which kinds it offers. */
export function OfferEditor({ title, what, offer, onChange, onRemove }: Props) {
  const { t } = useTranslation("content");
  const set = (part: Partial<Offer>): void => onChange({ ...offer, ...part });
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{title}</h2>} extra={onRemove && <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("script.remove", { part: title })} onClick={onRemove} />}>
      <Form layout="vertical" component="div">
        <Form.Item label={t("column.text")} extra={what} style={{ marginBottom: 12 }}>
          <TextBox label={`${title}: ${t("column.text")}`} value={offer.text} onChange={(text) => set({ text })} />
        </Form.Item>
        <Form.Item label={t("script.materials")} style={{ marginBottom: 12 }}>
          <Materials label={title} value={offer.materials} onChange={(materials) => set({ materials })} />
        </Form.Item>
        <Form.Item label={t("column.kinds")} tooltip={t("script.kindsWhat")} style={{ marginBottom: 0 }}>
          <KindSelect label={`${title}: ${t("column.kinds")}`} value={offer.kinds} onChange={(kinds) => set({ kinds })} />
        </Form.Item>
      </Form>
    </Card>
  );
}
