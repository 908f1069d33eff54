import { EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button, Flex, Tooltip, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useShowError } from "./states";

/** For so long it stays on the screen, which others may see too. */
const SHOWN_MS = 60_000;

interface Props {
  /** As it may be seen by everybody: `138****8000`. */
  masked: string;
  /** Whether the person holds the right to see it whole. */
  may: boolean;
  /** Fetch it whole; the server writes the audit. */
  reveal: () => Promise<string>;
}

/** Personal data: masked, with "show" by right; hidden again after a minute. */
export function Masked({ masked, may, reveal }: Props) {
  const { t } = useTranslation("kit");
  const showError = useShowError();
  const [shown, setShown] = useState<string>();
  const showing = useMutation({ mutationFn: reveal, onSuccess: setShown, onError: showError, gcTime: 0 });
  useEffect(() => {
    if (shown === undefined) return undefined;
    const timer = setTimeout(() => setShown(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  const open = shown !== undefined;
  const tip = !may ? t("masked.noRight") : open ? t("masked.hide") : `${t("masked.show")} · ${t("masked.audited")}`;
  return (
    <Flex gap={4} align="center" component="span" style={{ display: "inline-flex" }}>
      <Typography.Text copyable={open && { tooltips: [t("copy"), t("copied")] }}>{shown ?? masked}</Typography.Text>
      <Tooltip title={tip}>
        <Button
          type="text"
          size="small"
          disabled={!may}
          loading={showing.isPending}
          aria-label={t(open ? "masked.hide" : "masked.show")}
          icon={open ? <EyeInvisibleOutlined /> : <EyeOutlined />}
          onClick={() => (open ? setShown(undefined) : showing.mutate())}
        />
      </Tooltip>
    </Flex>
  );
}
