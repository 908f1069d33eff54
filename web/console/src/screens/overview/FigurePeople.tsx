import { answered, api, type Schema } from "@siyu/api";
import { useTranslation } from "react-i18next";

import { useAddress } from "../insight/people/address";
import { PeopleDrawer } from "../insight/people/PeopleDrawer";
import { BOARD, type Overview } from "./figures";
import { useLayerName } from "./Ladder";

type People = Schema<"People">;
/** The parameters of the list as an export takes them: without the order, numbers as numbers. */
function wantedOf(people: People | null): Schema<"Wanted"> {
  const { sort: _, ...filters } = people?.parameters ?? {};
  return Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, /^-?\d+$/.test(value) ? Number(value) : value]));
}

const KNOWN: People = { path: "/api/v1/customers", parameters: { sort: "first_seen", known_from: "1970-01-01T00:00:00Z" } };

/** The customers behind a figure of the overview, asked with exactly its own moments. */
export function FigurePeople({ overview }: { overview: Overview }) {
  const { t } = useTranslation("overview");
  const { search, change } = useAddress();
  const layerName = useLayerName();
  const asked = search.get("people");
  const layer = overview.ladder.find((one) => `layer${one.layer}` === asked);
  const figure = BOARD.find((name) => name === asked);
  const people = layer?.people ?? (figure ? overview.rarra[figure].people : asked === "base" ? overview.north_star.people : asked === "known" ? KNOWN : null);
  const title = layer ? layerName(layer) : figure ? t(`rarra.${figure}`) : t(asked === "known" ? "assets.known" : "star.buyers");
  return (
    <PeopleDrawer
      open={people !== null}
      title={title}
      what={figure ? t(`rarra.${figure}What`, { days: String(overview.days) }) : undefined}
      queryKey={["overview", people]}
      load={async (cursor, signal) => {
        const query = { ...people?.parameters, cursor } as { cursor?: string };
        const { customers, next, total, total_exact } = await answered(api.GET("/api/v1/customers", { signal, params: { query } }));
        return { customers, next, total: total_exact ? total : null, asked: { wanted: wantedOf(people) } };
      }}
      onClose={() => change({ people: null })}
    />
  );
}
