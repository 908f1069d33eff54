import { DeleteOutlined } from "@ant-design/icons";
import { Button, Flex, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { useAccounts } from "../../channels/accounts";
import { useStaff, useStaffName } from "../../channels/mirrored";
import type { Character } from "../content";

type Face = Character["faces"][number];

/** The staff who wear a persona: of one account after the other. */
export function Faces({ value, onChange }: { value: readonly Face[]; onChange: (faces: Face[]) => void }) {
  const { t } = useTranslation("content");
  const may = useMay();
  if (!may("channels.read")) return t("persona.facesCount", { count: value.length });
  return <Choosing value={value} onChange={onChange} />;
}

function Choosing({ value, onChange }: { value: readonly Face[]; onChange: (faces: Face[]) => void }) {
  const { t } = useTranslation("content");
  const accounts = useAccounts().data ?? [];
  const [chosen, setChosen] = useState<number>();
  const account = chosen ?? value[0]?.account_id ?? accounts[0]?.id;
  const staff = useStaff(account ?? null).data ?? [];
  const worn = new Set(value.filter((one) => one.account_id === account).map((one) => one.staff_id));
  const free = staff.filter((one) => one.active && one.gone_at === null && !worn.has(one.staff_id));
  return (
    <Flex vertical gap={6}>
      {value.map((face) => (
        <Worn key={`${face.account_id} ${face.staff_id}`} face={face} onRemove={() => onChange(value.filter((one) => one !== face))} />
      ))}
      <Flex gap="small" wrap>
        {accounts.length > 1 && <Select aria-label={t("persona.account")} value={account} options={accounts.map((one) => ({ value: one.id, label: one.name }))} onChange={setChosen} style={{ width: 180 }} />}
        <Select
          aria-label={t("persona.addFace")}
          placeholder={t("persona.addFace")}
          showSearch={{ optionFilterProp: "label" }}
          value={null}
          options={free.map((one) => ({ value: one.staff_id, label: one.name || one.staff_id }))}
          onChange={(staff_id: string | null) => staff_id && account && onChange([...value, { account_id: account, staff_id }])}
          style={{ flex: 1, minWidth: 180 }}
        />
      </Flex>
    </Flex>
  );
}

function Worn({ face, onRemove }: { face: Face; onRemove: () => void }) {
  const { t } = useTranslation("content");
  const account = useAccounts().data?.find((one) => one.id === face.account_id);
  const name = useStaffName(face.account_id)(face.staff_id);
  return (
    <Flex gap="small" align="center">
      <span style={{ flex: 1 }}>
        {name}
        {account && ` · ${account.name}`}
      </span>
      <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("persona.removeFace", { name })} onClick={onRemove} />
    </Flex>
  );
}
