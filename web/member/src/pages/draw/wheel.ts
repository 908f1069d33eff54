/** How far the wheel turns in one draw before it comes to rest: so often around. */
const ROUNDS = 5;

/** Degrees after which the middle of a slice stands at the top, further on than where the wheel is now. */
export function restingAt(now: number, place: number, slices: number): number {
  const wanted = 360 - ((place + 0.5) * 360) / slices;
  return (Math.floor(now / 360) + ROUNDS) * 360 + wanted;
}

/** The outline of a slice in a circle of radius 100 around 0, the first beginning at the top, clockwise. */
export function outline(place: number, slices: number): string {
  const at = (edge: number): string => {
    const angle = (edge / slices) * 2 * Math.PI;
    return `${(100 * Math.sin(angle)).toFixed(3)} ${(-100 * Math.cos(angle)).toFixed(3)}`;
  };
  return `M0 0L${at(place)}A100 100 0 ${slices === 1 ? 1 : 0} 1 ${at(place + 1)}Z`;
}

/** As much of a name as a slice has room for, where it is written: the more slices, the less. */
export function short(name: string, slices: number): string {
  const letters = Array.from(name);
  const room = slices < 3 ? 9 : Math.max(3, Math.floor((148 * Math.sin(Math.PI / slices)) / 11));
  return letters.length > room ? `${letters.slice(0, room - 1).join("")}…` : name;
}
