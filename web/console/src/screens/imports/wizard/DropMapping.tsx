import { DeleteOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Confirm } from "@siyu/kit";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

/** Delete a saved mapping; what was imported with it stays. */
export function DropMapping({ name, onDropped }: { name: string; onDropped: () => void }) {
  const { t } = useTranslation("imports");
  const client = useQueryClient();
  const drop = async (): Promise<void> => {
    await answered(api.DELETE("/api/v1/imports/mappings/{name}", { params: { path: { name } } }));
    await client.invalidateQueries({ queryKey: ["imports", "mappings"] });
    onDropped();
  };
  return (
    <Confirm danger icon={<DeleteOutlined />} label="" aria-label={t("recognise.drop", { name })} okText={t("recognise.dropDo")} title={t("recognise.drop", { name })} onConfirm={drop}>
      {t("recognise.dropWhat")}
    </Confirm>
  );
}
