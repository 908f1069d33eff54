import { Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../../app/session";

const PAGES = { customers: "/journeys/broadcasts/new", groups: "/touch/announcements/new" } as const;
const NEEDS = { customers: "journeys.manage", groups: "touch.manage" } as const;

type Audience = keyof typeof PAGES;

/** To whom something is sent: each its own page, for those who may. */
export function Whom({ here }: { here: Audience }) {
  const { t } = useTranslation("touch");
  const may = useMay();
  const navigate = useNavigate();
  const open = (Object.keys(PAGES) as Audience[]).filter((one) => one === here || may(NEEDS[one]));
  return (
    <Segmented<Audience>
      aria-label={t("announcement.whom")}
      value={here}
      options={open.map((value) => ({ value, label: t(`announcement.to.${value}`) }))}
      onChange={(value) => void navigate(PAGES[value])}
    />
  );
}
