import { momentIn, useBrand, useFormat } from "@siyu/kit";

import { Moment } from "../../journeys/forms/Times";

/** A moment, chosen on the brand's clock and kept as the API has it. */
export function Instant({ label, value, onChange }: { label: string; value: string | null | undefined; onChange: (at: string | null) => void }) {
  const { zone } = useBrand();
  const { when } = useFormat();
  const shown = value ? `${when(value).replace(" ", "T")}:00` : null;
  return <Moment label={label} value={shown} onChange={(at) => onChange(at ? momentIn(zone, at) : null)} />;
}
