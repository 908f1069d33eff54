import { PlusOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";

import { STEP_KINDS, type StepKind } from "../journey";
import { ICONS } from "./StepCard";

/** Put a step here: a menu of what there is. */
export function InsertButton({ label, onChoose }: { label: string; onChoose: (kind: StepKind) => void }) {
  const { t } = useTranslation("journeys");
  const items = STEP_KINDS.map((kind) => ({ key: kind, icon: ICONS[kind], label: t(`canvas.kind.${kind}`) }));
  return (
    <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => onChoose(key as StepKind) }}>
      <Button shape="circle" size="small" icon={<PlusOutlined style={{ fontSize: 11 }} />} aria-label={label} aria-haspopup="menu" title={label} />
    </Dropdown>
  );
}
