import { UploadOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { ErrorNote } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Flex } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  account: number;
  kind: "image" | "mini_program";
  /** Id of the one that is there. */
  file: string | undefined;
  onUploaded: (file: string) => void;
}

/** A picture of an attachment: kept by Siyu, which uploads it to the platform again before that forgets it. */
export function Picture({ account, kind, file, onUploaded }: Props) {
  const { t } = useTranslation("channels");
  const chooser = useRef<HTMLInputElement>(null);
  const uploading = useMutation({
    mutationFn: (chosen: File) =>
      answered(
        api.POST("/api/v1/channels/accounts/{account_id}/media", {
          params: { path: { account_id: account } },
          // The schema says text for a file; the form carries the file itself.
          body: { file: chosen as unknown as string, kind },
          bodySerializer: (body) => {
            const form = new FormData();
            for (const [name, value] of Object.entries(body)) form.append(name, value as string | Blob);
            return form;
          },
        }),
      ),
    onSuccess: (made) => onUploaded(String(made.id)),
  });
  return (
    <Flex vertical gap="small">
      <Flex gap="small" align="center">
        {file && <img src={`/api/v1/channels/accounts/${account}/media/${file}`} alt={t("attach.picture")} style={{ maxWidth: 96, maxHeight: 96, objectFit: "contain" }} />}
        <Button icon={<UploadOutlined />} loading={uploading.isPending} onClick={() => chooser.current?.click()}>
          {t(file ? "attach.replace" : "attach.upload")}
        </Button>
        <input
          ref={chooser}
          type="file"
          hidden
          aria-label={t("attach.upload")}
          accept="image/png,image/jpeg"
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            if (chosen) uploading.mutate(chosen);
            event.target.value = "";
          }}
        />
      </Flex>
      <ErrorNote error={uploading.error} />
    </Flex>
  );
}
