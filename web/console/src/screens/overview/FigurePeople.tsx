import { answered, api } from "@siyu/api";
import { useTranslation } from "react-i18next";

import { useAddress } from "../insight/people/address";
import { fromList, type ListParameters } from "../insight/people/fromList";
import { PeopleDrawer } from "../insight/people/PeopleDrawer";
import { BOARD, type Overview } from "./figures";
import { readFlow } from "./flows";
import { useLayerName } from "./Ladder";

const KNOWN: ListParameters = { sort: "first_seen", known_from: "1970-01-01T00:00:00Z" };
const ANONYMOUS: ListParameters = { sort: "last_seen", anonymous: "true" };

/** The customers behind a figure of the overview, asked with exactly its own moments. */
export function FigurePeople({ overview }: { overview: Overview }) {
  const { search, change } = useAddress();
  const asked = search.get("people");
  const onClose = (): void => change({ people: null });
  const flow = readFlow(asked);
  return flow ? <FlowPeople overview={overview} flow={flow} onClose={onClose} /> : <ListPeople overview={overview} asked={asked} onClose={onClose} />;
}

function ListPeople({ overview, asked, onClose }: { overview: Overview; asked: string | null; onClose: () => void }) {
  const { t } = useTranslation("overview");
  const layerName = useLayerName();
  const layer = overview.ladder.find((one) => `layer${one.layer}` === asked);
  const figure = BOARD.find((name) => name === asked);
  const asset = { base: overview.north_star.people.parameters, known: KNOWN, anonymous: ANONYMOUS }[asked ?? ""];
  const parameters = (layer?.people ?? (figure && overview.rarra[figure].people))?.parameters ?? asset;
  const titles: Record<string, string> = { base: t("star.buyers"), known: t("assets.known"), anonymous: t("assets.anonymous") };
  return (
    <PeopleDrawer
      open={parameters !== undefined}
      title={layer ? layerName(layer) : figure ? t(`rarra.${figure}`) : titles[asked ?? ""]}
      what={figure ? t(`rarra.${figure}What`, { days: String(overview.days) }) : undefined}
      queryKey={["overview", parameters]}
      load={fromList(parameters ?? {})}
      onClose={onClose}
    />
  );
}

function FlowPeople({ overview, flow, onClose }: { overview: Overview; flow: { before: number; after: number }; onClose: () => void }) {
  const { t } = useTranslation("overview");
  const layerName = useLayerName();
  const [before, after] = [flow.before, flow.after].map((of) => overview.ladder.find((one) => one.layer === of));
  return (
    <PeopleDrawer
      open={before !== undefined && after !== undefined}
      title={before && after && `${layerName(before)} → ${layerName(after)}`}
      what={t("flows.people", { days: String(overview.flow_days) })}
      queryKey={["overview", "flow", flow, overview.at]}
      load={async (cursor, signal) => {
        const query = { before: before?.layer ?? 0, after: after?.layer ?? 0, until: overview.at, cursor };
        return await answered(api.GET("/api/v1/overview/flows/people", { signal, params: { query } }));
      }}
      onClose={onClose}
    />
  );
}
