import { InboxOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { ErrorNote, Page } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Flex, Spin, Upload } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";

import { StepLine } from "./StepLine";

/** Choose a file; it is uploaded once, and the steps that follow speak of it by its id. */
export function UploadStep() {
  const { t } = useTranslation("imports");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const resume = search.get("resume");
  const stop = useRef<AbortController>(null);
  const sending = useMutation({
    mutationFn: (file: File) => {
      stop.current = new AbortController();
      const body = new FormData();
      body.append("file", file);
      return answered(api.POST("/api/v1/imports/files", { body: { file: "" }, bodySerializer: () => body, signal: stop.current.signal }));
    },
    onSuccess: (waiting) => {
      client.setQueryData(["imports", "file", waiting.id], waiting);
      void navigate(`/imports/new/${waiting.id}`);
    },
  });
  const stopped = sending.error instanceof DOMException;
  return (
    <Page title={t("upload.title")} what={t("upload.what")} above={<Link to="/imports">{t("run.back")}</Link>}>
      <Flex vertical gap="large">
        <StepLine step="file" />
        {resume && <Alert type="info" showIcon title={t("upload.resume", { name: resume })} />}
        <div>
          <ErrorNote error={stopped ? undefined : sending.error} />
          <Upload.Dragger
            accept=".csv,.tsv,.txt,.xlsx,.gz,.zip"
            maxCount={1}
            showUploadList={false}
            disabled={sending.isPending}
            beforeUpload={(file) => {
              sending.mutate(file);
              return false;
            }}
          >
            <Flex vertical align="center" gap="small" style={{ padding: 32 }}>
              {sending.isPending ? <Spin size="large" /> : <InboxOutlined style={{ fontSize: 40 }} />}
              <strong>{sending.isPending ? t("upload.sending", { name: sending.variables.name }) : t("upload.drop")}</strong>
              <span>{t("upload.hint")}</span>
            </Flex>
          </Upload.Dragger>
        </div>
        {sending.isPending && (
          <Button onClick={() => stop.current?.abort()} style={{ alignSelf: "center" }}>
            {t("upload.cancel")}
          </Button>
        )}
      </Flex>
    </Page>
  );
}
