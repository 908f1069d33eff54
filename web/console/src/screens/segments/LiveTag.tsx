import { Tag, Tooltip } from "antd";
import { useTranslation } from "react-i18next";

/** Whether a segment is kept up to date as things happen, or evaluated every night. */
export function LiveTag({ live }: { live: boolean }) {
  const { t } = useTranslation("segments");
  return (
    <Tooltip title={t(live ? "live.what" : "live.whatNot")}>
      <Tag color={live ? "success" : undefined} style={{ margin: 0 }}>
        {t(live ? "live.live" : "live.nightly")}
      </Tag>
    </Tooltip>
  );
}
