import { ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Empty, Loaded } from "@siyu/kit";
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { Button, Flex, Input, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { CONTENT, MATERIAL_KINDS, useCalm, type Material, type MaterialKind } from "../content";
import { MaterialLine } from "./Thumb";

const MOST = 9;

/** Materials in their order: chosen from the list, moved, taken out. */
export function Materials({ label, value, onChange, most = MOST }: { label: string; value: readonly number[]; onChange: (ids: number[]) => void; most?: number }) {
  const { t } = useTranslation("content");
  const known = useMaterials(value);
  const [choosing, setChoosing] = useState(false);
  return (
    <Flex vertical gap={6}>
      {value.map((id, at) => {
        const material = known.get(id);
        const name = material?.name ?? String(id);
        return (
          <Flex key={`${id} ${at}`} gap={4} align="center">
            <div style={{ flex: 1, minWidth: 0 }}>{material ? <MaterialLine material={material} /> : name}</div>
            <Button type="text" size="small" icon={<ArrowUpOutlined />} disabled={at === 0} aria-label={t("chooser.up", { name })} onClick={() => onChange([...value.slice(0, at - 1), id, ...value.slice(at - 1, at), ...value.slice(at + 1)])} />
            <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("chooser.remove", { name })} onClick={() => onChange(value.filter((_, index) => index !== at))} />
          </Flex>
        );
      })}
      <Button type="dashed" size="small" icon={<PlusOutlined />} disabled={value.length >= most} aria-label={`${label}: ${t("chooser.add")}`} onClick={() => setChoosing(true)} style={{ alignSelf: "flex-start" }}>
        {t("chooser.add")}
      </Button>
      <MaterialChooser
        open={choosing}
        onClose={() => setChoosing(false)}
        onChoose={(material) => {
          onChange([...value, material.id]);
          setChoosing(false);
        }}
      />
    </Flex>
  );
}

/** One material of all that are in use. */
export function MaterialChooser({ open, onClose, onChoose }: { open: boolean; onClose: () => void; onChoose: (material: Material) => void }) {
  const { t } = useTranslation("content");
  const [kind, setKind] = useState<MaterialKind>();
  const [words, setWords] = useState("");
  const calm = useCalm(words);
  const found = useQuery({
    queryKey: [...CONTENT, "materials", "of", kind, calm],
    enabled: open,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/content/materials", { signal, params: { query: { kind, words: calm, limit: 100 } } })),
  });
  return (
    <Modal open={open} title={t("chooser.title")} footer={null} onCancel={onClose} destroyOnHidden>
      <Flex vertical gap="small">
        <Flex gap="small" wrap>
          <Input aria-label={t("chooser.search")} placeholder={t("chooser.search")} allowClear value={words} maxLength={100} onChange={(event) => setWords(event.target.value)} style={{ flex: 1, minWidth: 160 }} />
          <Select<MaterialKind | ""> aria-label={t("column.kind")} value={kind ?? ""} options={[{ value: "", label: t("chooser.allKinds") }, ...MATERIAL_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))]} onChange={(value) => setKind(value || undefined)} style={{ width: 140 }} />
        </Flex>
        <Loaded query={found}>
          {(materials) =>
            materials.length === 0 ? (
              <Empty title={t("chooser.none")}>
                <Link to="/content/materials/new">{t("materials.first")}</Link>
              </Empty>
            ) : (
              <Flex vertical gap={2} style={{ maxHeight: 420, overflow: "auto" }}>
                {materials.map((material) => (
                  <Button key={material.id} type="text" onClick={() => onChoose(material)} style={{ height: "auto", justifyContent: "flex-start", textAlign: "start", padding: 6 }}>
                    <MaterialLine material={material} />
                  </Button>
                ))}
              </Flex>
            )
          }
        </Loaded>
      </Flex>
    </Modal>
  );
}

/** These materials by id, those in no list any more included. */
export function useMaterials(ids: readonly number[]): Map<number, Material> {
  const found = useQueries({
    queries: [...new Set(ids)].map((id) => ({
      queryKey: [...CONTENT, "materials", id],
      queryFn: ({ signal }: { signal: AbortSignal }) => answered(api.GET("/api/v1/content/materials/{material_id}", { signal, params: { path: { material_id: id } } })),
    })),
  });
  return new Map(found.flatMap(({ data }) => (data ? [[data.id, data] as const] : [])));
}
