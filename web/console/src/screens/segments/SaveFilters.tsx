import { PartitionOutlined } from "@ant-design/icons";
import { useBrand, type Filter } from "@siyu/kit";
import { Button, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";

import { useLadder } from "../../app/ladder";
import { useMay } from "../../app/session";
import { valuesOf } from "../customers/Exports";
import { wantedOf } from "../customers/listing";
import { newSegment, ofFilters } from "./from";

/** Keep the filters of the customers list as a segment; where no rule can say them, which ones they are. */
export function SaveFilters({ filters }: { filters: readonly Filter[] }) {
  const { t } = useTranslation("segments");
  const may = useMay();
  const navigate = useNavigate();
  const { zone } = useBrand();
  const layers = useLadder().map((rung) => rung.layer);
  const [search] = useSearchParams();
  const values = valuesOf(search, filters);
  if (!may("segments.manage") || Object.keys(values).length === 0) return null;
  const { rule, left } = ofFilters(wantedOf(values, zone, layers));
  if (!rule || left.length > 0) {
    const named = filters.filter((filter) => left.some((name) => name.startsWith(filter.key))).map((filter) => filter.label);
    return (
      <Tooltip title={t("from.cannot", { what: named.join("、") || "—" })} trigger={["hover", "focus"]}>
        <Button icon={<PartitionOutlined />} aria-disabled style={{ opacity: 0.6 }}>
          {t("from.list")}
        </Button>
      </Tooltip>
    );
  }
  return (
    <Button icon={<PartitionOutlined />} onClick={() => void navigate(newSegment(rule))}>
      {t("from.list")}
    </Button>
  );
}
