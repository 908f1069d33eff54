import { AppstoreOutlined, FileOutlined, FileTextOutlined, LinkOutlined, PictureOutlined, VideoCameraOutlined } from "@ant-design/icons";
import { Flex, theme, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Material, MaterialKind } from "../content";

const ICONS: Readonly<Record<MaterialKind, ReactNode>> = {
  text: <FileTextOutlined />,
  image: <PictureOutlined />,
  link: <LinkOutlined />,
  mini_program: <AppstoreOutlined />,
  video: <VideoCameraOutlined />,
  file: <FileOutlined />,
};

export const mediumAt = (hash: string): string => `/api/v1/content/media/${hash}`;

type Shown = Pick<Material, "kind" | "fields" | "medium">;

/** A small picture of a material: what was uploaded, or what stands for its kind. */
export function Thumb({ material, size = 40, label = "" }: { material: Shown; size?: number; label?: string }) {
  const { token } = theme.useToken();
  const { kind, medium } = material;
  const box = { width: size, height: size, borderRadius: token.borderRadiusSM, background: token.colorFillTertiary, flex: "none" };
  if (medium && (kind === "image" || kind === "mini_program")) return <img src={mediumAt(medium)} alt={label} style={{ ...box, objectFit: "cover" }} />;
  if (medium && kind === "video") return <video src={mediumAt(medium)} preload="metadata" muted aria-label={label || undefined} aria-hidden={!label} tabIndex={-1} style={{ ...box, objectFit: "cover" }} />;
  return (
    <Flex aria-hidden align="center" justify="center" style={{ ...box, fontSize: size / 2, color: token.colorTextSecondary }}>
      {ICONS[kind]}
    </Flex>
  );
}

/** A material as a line of a list: picture, name, kind. */
export function MaterialLine({ material }: { material: Material }) {
  const { t } = useTranslation("content");
  return (
    <Flex gap="small" align="center" style={{ minWidth: 0 }}>
      <Thumb material={material} />
      <Flex vertical style={{ minWidth: 0 }}>
        <Typography.Text ellipsis>{material.name}</Typography.Text>
        <Typography.Text type="secondary" ellipsis style={{ fontSize: 12 }}>
          {t(`kind.${material.kind}`)}
        </Typography.Text>
      </Flex>
    </Flex>
  );
}
