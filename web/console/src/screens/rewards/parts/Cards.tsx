import { StatCard } from "@siyu/kit";
import type { ComponentProps } from "react";

type Card = ComponentProps<typeof StatCard>;

/** Figures beside each other. */
export function Cards({ cards }: { cards: readonly Card[] }) {
  return (
    <div style={{ display: "grid", gap: 12, gridTemplateColumns: "repeat(auto-fill, minmax(180px, 1fr))" }}>
      {cards.map((card) => (
        <StatCard key={card.label} {...card} />
      ))}
    </div>
  );
}
