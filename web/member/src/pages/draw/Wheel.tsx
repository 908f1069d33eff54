import type { Schema } from "@siyu/api";
import { useTranslation } from "react-i18next";

import "./wheel.css";
import { outline, short } from "./wheel";

/** The prizes of a round on a wheel, each with an equal slice: the odds are told in words beneath it. */
export function Wheel({ prizes, turned }: { prizes: Schema<"OwnPrize">[]; turned: number }) {
  const { t } = useTranslation();
  const slice = 360 / prizes.length;
  return (
    <svg className="wheel" viewBox="-110 -118 220 228" role="img" aria-label={t("draw.wheel")}>
      <g className="wheel-disc" style={{ transform: `rotate(${turned}deg)` }}>
        {prizes.map((prize, place) => (
          <g key={prize.code}>
            {prizes.length === 1 ? <circle r="100" className="slice" /> : <path d={outline(place, prizes.length)} className={place % 2 ? "slice other" : "slice"} />}
            <text transform={`rotate(${(place + 0.5) * slice}) translate(0 -74)`} textAnchor="middle">
              {short(prize.name, prizes.length)}
            </text>
          </g>
        ))}
      </g>
      <circle r="16" className="hub" />
      <path d="M-9 -117L9 -117L0 -92Z" className="pointer" />
    </svg>
  );
}
