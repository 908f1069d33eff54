import { useTranslation } from "react-i18next";

import { useAddress } from "../people/address";
import { fromList } from "../people/fromList";
import { PeopleDrawer } from "../people/PeopleDrawer";
import { readBin } from "./bins";
import { useBinName } from "./useBinName";

/** The people of whom the prediction expects so much. */
export function AheadPeople() {
  const { t } = useTranslation("insight");
  const { search, change } = useAddress();
  const name = useBinName();
  const bin = readBin(search.get("ahead"));
  const everybody = bin !== null && bin.low === null && bin.high === null;
  const parameters: Record<string, string> = { sort: "value", predicted_from: String(bin?.low ?? 0) };
  if (bin?.high != null) parameters["predicted_to"] = String(bin.high - 1);
  return (
    <PeopleDrawer
      open={bin !== null}
      title={bin && (everybody ? t("ltv.peoplePredicted") : t("ltv.peopleAhead", { bin: name(bin) }))}
      what={t("ltv.peopleAheadWhat")}
      queryKey={["ltv", "ahead", bin]}
      load={fromList(parameters)}
      onClose={() => change({ ahead: null })}
    />
  );
}
