/** Where on a line of `width` the values of an interval lie; zero is always on it. Pure. */
export function places(low: number, high: number, middle: number, width: number): { low: number; high: number; middle: number; zero: number } {
  const [from, to] = [Math.min(low, middle, 0), Math.max(high, middle, 0)];
  const room = (to - from || 1) * 0.08;
  const at = (value: number): number => ((value - from + room) / (to - from + 2 * room || 1)) * width;
  return { low: at(low), high: at(high), middle: at(middle), zero: at(0) };
}
