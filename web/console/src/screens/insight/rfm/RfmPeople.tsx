import { answered, api } from "@siyu/api";
import { useLanguage } from "@siyu/kit";
import { useTranslation } from "react-i18next";

import { useAddress } from "../people/address";
import { PeopleDrawer } from "../people/PeopleDrawer";
import { useRanges } from "./Grid";
import { useAsked, type RfmTable } from "./Rfm";
import { readScore } from "./scores";

/** The people of a segment or of a square. */
export function RfmPeople({ table }: { table: RfmTable }) {
  const { t } = useTranslation("insight");
  const language = useLanguage();
  const { search, change } = useAddress();
  const { asked } = useAsked();
  const ranges = useRanges(table);
  const segment = table.segments.find((one) => one.name === search.get("segment"));
  const [r, f] = [readScore(search.get("r")), readScore(search.get("f"))];
  const square = !segment && r !== undefined && f !== undefined;
  return (
    <PeopleDrawer
      open={segment !== undefined || square}
      title={segment ? (language === "zh" ? segment.zh : segment.en) : `R${r} × F${f}`}
      what={segment ? t(`rfm.do_${segment.name}`) : square && t("rfm.squareWhat", { r: ranges.r(r), f: ranges.f(f) })}
      queryKey={["rfm", asked, table.as_of, segment?.name, r, f]}
      load={async (cursor, signal) => {
        const whom = segment ? { segment: segment.name } : { r, f };
        return await answered(api.GET("/api/v1/insight/rfm/people", { signal, params: { query: { ...asked, ...whom, as_of: table.as_of, cursor } } }));
      }}
      onClose={() => change({ segment: null, r: null, f: null })}
    />
  );
}
