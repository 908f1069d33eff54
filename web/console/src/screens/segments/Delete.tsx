import { DeleteOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Confirm } from "@siyu/kit";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useUses, type Segment } from "./segment";

/** Delete a segment; one on which something is built says so before. */
export function Delete({ segment }: { segment: Segment }) {
  const { t } = useTranslation("segments");
  const client = useQueryClient();
  const navigate = useNavigate();
  const users = useUses().data?.get(segment.id) ?? [];
  if (users.length > 0) {
    return (
      <Tooltip title={t("delete.inUse", { users: users.join("、") })} trigger={["hover", "focus"]}>
        {/* Disabled for the eye and the mouse; the keyboard still reaches the reason. */}
        <Button danger aria-disabled icon={<DeleteOutlined />} style={{ opacity: 0.6 }}>
          {t("delete.action")}
        </Button>
      </Tooltip>
    );
  }
  return (
    <Confirm
      danger
      icon={<DeleteOutlined />}
      label={t("delete.action")}
      title={t("delete.title", { name: segment.name })}
      okText={t("delete.action")}
      onConfirm={async () => {
        await answered(api.DELETE("/api/v1/segments/{segment_id}", { params: { path: { segment_id: segment.id } } }));
        await navigate("/segments");
        client.removeQueries({ queryKey: ["segments", segment.id] });
        await client.invalidateQueries({ queryKey: ["segments"] });
      }}
    >
      <Typography.Paragraph>{t("delete.what")}</Typography.Paragraph>
      <Alert type="info" showIcon title={t("delete.peopleStay")} />
    </Confirm>
  );
}
