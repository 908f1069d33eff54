import { answered, api } from "@siyu/api";
import { useLanguage } from "@siyu/kit";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import { newSegment, ofNamed, ofSquare } from "../../segments/from";
import { useAddress } from "../people/address";
import { PeopleDrawer } from "../people/PeopleDrawer";
import { useRanges } from "./Grid";
import { useAsked, type RfmTable } from "./Rfm";
import { readScore } from "./scores";

/** Which of the scores are high in each of the eight. */
const HIGH: Record<RfmTable["segments"][number]["name"], { r: boolean; f: boolean; m: boolean }> = {
  champion: { r: true, f: true, m: true },
  win_back: { r: false, f: true, m: true },
  deepen: { r: true, f: false, m: true },
  rescue: { r: false, f: false, m: true },
  potential: { r: true, f: true, m: false },
  new: { r: true, f: false, m: false },
  maintain: { r: false, f: true, m: false },
  lost: { r: false, f: false, m: false },
};

/** The people of a segment or of a square. */
export function RfmPeople({ table }: { table: RfmTable }) {
  const { t } = useTranslation(["insight", "segments"]);
  const language = useLanguage();
  const { search, change } = useAddress();
  const { asked, window } = useAsked();
  const ranges = useRanges(table);
  const segment = table.segments.find((one) => one.name === search.get("segment"));
  const [r, f] = [readScore(search.get("r")), readScore(search.get("f"))];
  const may = useMay();
  const square = !segment && r !== undefined && f !== undefined;
  // A rule counts all purchases there ever were.
  const rule = window !== "all" ? null : segment ? ofNamed(table, HIGH[segment.name]) : square ? ofSquare(table, r, f) : null;
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
    >
      {rule && may("segments.manage") && (
        <Link to={newSegment(rule, segment ? (language === "zh" ? segment.zh : segment.en) : `R${r} F${f}`)} style={{ alignSelf: "flex-start" }}>
          {t("segments:from.rfm")}
        </Link>
      )}
    </PeopleDrawer>
  );
}
