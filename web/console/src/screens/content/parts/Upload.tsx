import { UploadOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { ErrorNote, formatBytes, useLanguage } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Flex, Typography } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { MaterialKind } from "../content";
import { mediumAt } from "./Thumb";

const MB = 1024 * 1024;
const MOST_BYTES = 20 * MB;
const ACCEPTS: Partial<Record<MaterialKind, string>> = { image: "image/png,image/jpeg,image/gif,image/webp", mini_program: "image/png,image/jpeg", video: "video/mp4" };

interface Props {
  kind: MaterialKind;
  /** Hash of what is there. */
  medium: string;
  onUploaded: (medium: string) => void;
}

/** The bytes of a picture, video or file: kept by Siyu, brought to the platform when they are sent. */
export function Upload({ kind, medium, onUploaded }: Props) {
  const { t } = useTranslation("content");
  const language = useLanguage();
  const chooser = useRef<HTMLInputElement>(null);
  const [tooLarge, setTooLarge] = useState<number | null>(null);
  const [called, setCalled] = useState("");
  const uploading = useMutation({
    mutationFn: (file: File) =>
      answered(
        api.POST("/api/v1/content/media", {
          params: { query: { name: file.name.slice(-200) } },
          headers: { "Content-Type": "application/octet-stream" },
          // The schema says text for bytes; the request carries the file itself.
          body: file as unknown as string,
          bodySerializer: (body) => body as unknown as BodyInit,
        }),
      ),
    onSuccess: (kept) => {
      setCalled(kept.name);
      onUploaded(kept.hash);
    },
  });
  const choose = (file: File | undefined): void => {
    if (!file) return;
    const over = file.size > MOST_BYTES;
    setTooLarge(over ? file.size : null);
    if (!over) uploading.mutate(file);
  };
  return (
    <Flex vertical gap="small">
      {medium && <Shown kind={kind} medium={medium} called={called} />}
      <Flex gap="small" align="center" wrap>
        <Button icon={<UploadOutlined />} loading={uploading.isPending} onClick={() => chooser.current?.click()}>
          {t(medium ? "upload.replace" : "upload.choose")}
        </Button>
        <Typography.Text type="secondary">{t(`upload.hint.${kind as "image"}`)}</Typography.Text>
        <input
          ref={chooser}
          type="file"
          hidden
          aria-label={t("upload.choose")}
          accept={ACCEPTS[kind]}
          onChange={(event) => {
            choose(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
      </Flex>
      {tooLarge !== null && <Alert type="error" showIcon role="alert" title={t("upload.tooLarge", { size: formatBytes(tooLarge, language), most: formatBytes(MOST_BYTES, language) })} />}
      <ErrorNote error={uploading.error} />
    </Flex>
  );
}

function Shown({ kind, medium, called }: { kind: MaterialKind; medium: string; called: string }) {
  const { t } = useTranslation("content");
  const style = { maxWidth: 320, maxHeight: 240, objectFit: "contain", alignSelf: "flex-start" } as const;
  if (kind === "image" || kind === "mini_program") return <img src={mediumAt(medium)} alt={called || t("upload.picture")} style={style} />;
  if (kind === "video") {
    return (
      // Videos for customers have no captions of their own: platforms do not take any.
      // eslint-disable-next-line jsx-a11y/media-has-caption
      <video src={mediumAt(medium)} controls preload="metadata" aria-label={called || t("upload.video")} style={style} />
    );
  }
  return (
    <a href={mediumAt(medium)} download={called || true}>
      {called || t("upload.download")}
    </a>
  );
}
