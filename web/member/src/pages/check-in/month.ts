/** A month of the calendar, by number of year and month (1 to 12). */
export interface Month {
  year: number;
  month: number;
}

export function monthOf(day: string): Month {
  return { year: Number(day.slice(0, 4)), month: Number(day.slice(5, 7)) };
}

/** The month in which somebody's clock stands who lives in this zone: that of the brand, wherever the phone is. */
export function monthIn(zone: string, at: Date): Month {
  return monthOf(new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at));
}

export function moved({ year, month }: Month, by: number): Month {
  const place = year * 12 + month - 1 + by;
  return { year: Math.floor(place / 12), month: (place % 12) + 1 };
}

/** The days of a month in weeks from Sunday on, as `2026-03-01`; null where another month's would stand. */
export function weeksOf({ year, month }: Month): (string | null)[][] {
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const cells: (string | null)[] = Array.from({ length: first }, () => null);
  for (let day = 1; day <= count; day += 1) cells.push(`${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`);
  while (cells.length < 42) cells.push(null); // always six weeks, so that nothing jumps
  return Array.from({ length: 6 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}
