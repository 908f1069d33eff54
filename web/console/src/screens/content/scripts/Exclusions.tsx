import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { DetailDrawer, ErrorNote, Loaded } from "@siyu/kit";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Flex, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { CONTENT, useContentAgain } from "../content";
import { KindSelect, KindTags } from "./Kinds";

/** Sets of kinds of which one script offers a person only one. */
export function Exclusions({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("content");
  const query = useQuery({ queryKey: [...CONTENT, "exclusions"], enabled: open, queryFn: ({ signal }) => answered(api.GET("/api/v1/content/exclusions", { signal })) });
  return (
    <DetailDrawer open={open} title={t("exclusions.title")} width={480} onClose={onClose}>
      <Loaded query={query}>{({ sets }) => <Sets key={JSON.stringify(sets)} sets={sets} onSaved={onClose} />}</Loaded>
    </DetailDrawer>
  );
}

function Sets({ sets, onSaved }: { sets: readonly string[][]; onSaved: () => void }) {
  const { t } = useTranslation("content");
  const may = useMay();
  const again = useContentAgain();
  const [draft, setDraft] = useState<readonly string[][]>(sets);
  const saving = useMutation({
    mutationFn: () => answered(api.PUT("/api/v1/content/exclusions", { body: { sets: draft.map((one) => [...one]) } })),
    onSuccess: async () => {
      await again();
      onSaved();
    },
  });
  const editable = may("content.manage");
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">{t("exclusions.what")}</Typography.Text>
      {draft.map((set, at) => (
        <Flex key={at} gap="small" align="center">
          {editable ? <KindSelect label={t("exclusions.set", { number: String(at + 1) })} value={set} onChange={(kinds) => setDraft(draft.map((one, index) => (index === at ? kinds : one)))} /> : <KindTags kinds={set} />}
          {editable && <Button type="text" icon={<DeleteOutlined />} aria-label={t("exclusions.remove", { number: String(at + 1) })} onClick={() => setDraft(draft.filter((_, index) => index !== at))} />}
        </Flex>
      ))}
      {editable && (
        <>
          <Button type="dashed" icon={<PlusOutlined />} onClick={() => setDraft([...draft, []])} style={{ alignSelf: "flex-start" }}>
            {t("exclusions.add")}
          </Button>
          <ErrorNote error={saving.error} />
          <Button type="primary" disabled={draft.some((one) => one.length < 2)} loading={saving.isPending} onClick={() => saving.mutate()} style={{ alignSelf: "flex-start" }}>
            {t("save")}
          </Button>
        </>
      )}
    </Flex>
  );
}
