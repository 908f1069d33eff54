import { answered, api } from "@siyu/api";
import { When } from "@siyu/kit";
import { useQueryClient } from "@tanstack/react-query";
import { Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../app/session";
import { WithReason } from "./WithReason";
import type { Touch } from "./words";

interface Props {
  customerId: number;
  /** Which touch they complained about; none in particular when absent. */
  touch?: Touch;
}

/** That a customer complained, or the way to write it down; nothing where that cannot be. */
export function Complained({ customerId, touch }: Props) {
  const { t } = useTranslation("touch");
  const may = useMay();
  const client = useQueryClient();
  const [key, setKey] = useState(() => crypto.randomUUID());
  if (touch?.complained_at)
    return (
      <Tag color="error" style={{ margin: 0 }}>
        {t("complaint.noted")} <When at={touch.complained_at} />
      </Tag>
    );
  if (!may("touch.complaints") || (touch && touch.state !== "sent")) return null;
  const note = async (reason: string): Promise<void> => {
    await answered(api.POST("/api/v1/touch/customers/{customer_id}/complaints", { params: { path: { customer_id: customerId } }, body: { key, reason, ...(touch && { touch_id: touch.id }) } }));
    setKey(crypto.randomUUID());
    await client.invalidateQueries({ queryKey: ["touch"] });
  };
  return (
    <WithReason danger type={touch ? "text" : undefined} size={touch ? "small" : undefined} label={t(touch ? "complaint.ofTouch" : "complaint.note")} title={t("complaint.title")} okText={t("complaint.ok")} onDone={note}>
      {t("complaint.what")}
    </WithReason>
  );
}
