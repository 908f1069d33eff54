import { ContactsOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../app/session";
import { useAccounts } from "../channels/accounts";
import type { Person } from "./person";

/** To what staff have and note of this customer on a platform, for each account that knows them. */
export function OnPlatform({ person }: { person: Person }) {
  const may = useMay();
  const contacts = person.identifiers.filter((one) => one.type === "external_userid");
  return may("channels.read") && contacts.length > 0 ? <Buttons contacts={contacts} /> : null;
}

function Buttons({ contacts }: { contacts: Person["identifiers"] }) {
  const { t } = useTranslation("channels");
  const navigate = useNavigate();
  const accounts = useAccounts();
  const found = (accounts.data ?? []).flatMap((account) => {
    const contact = contacts.find((one) => one.scope.toLowerCase() === account.external_id.toLowerCase());
    return contact ? [{ account, contact }] : [];
  });
  return found.map(({ account, contact }) => (
    <Button key={account.id} icon={<ContactsOutlined />} onClick={() => void navigate(`/channels/contacts?account=${account.id}&contact=${encodeURIComponent(contact.value)}`)}>
      {found.length > 1 ? `${t("contacts.open")} · ${account.name}` : t("contacts.open")}
    </Button>
  ));
}
