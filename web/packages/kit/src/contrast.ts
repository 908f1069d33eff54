type Rgb = [number, number, number];

/** A colour as antd writes it, laid over another. */
function over(color: string, below: Rgb): Rgb {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (hex) return [hex[1], hex[2], hex[3]].map((part) => parseInt(part ?? "", 16)) as Rgb;
  const [r = 0, g = 0, b = 0, a = 1] = color.match(/[\d.]+/g)?.map(Number) ?? [];
  return [r, g, b].map((part, index) => part * a + (below[index] ?? 0) * (1 - a)) as Rgb;
}

function luminance(color: Rgb): number {
  const [r = 0, g = 0, b = 0] = color.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of a text on a ground by WCAG 2.2, from 1 to 21; small text needs 4.5. */
export function contrast(text: string, ground: string, dark: boolean): number {
  const below = over(ground, dark ? [0, 0, 0] : [255, 255, 255]);
  const [high = 0, low = 0] = [luminance(over(text, below)), luminance(below)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** The colour that lies at `share` (0 to 1) of the way from one colour to another, both without transparency. */
export function between(from: string, to: string, share: number): string {
  const [a, b] = [over(from, [0, 0, 0]), over(to, [0, 0, 0])];
  return `rgb(${a.map((part, index) => Math.round(part + ((b[index] ?? 0) - part) * share)).join(", ")})`;
}

/** Which of these texts can be read best on a ground. */
export function readable(texts: readonly [string, ...string[]], ground: string, dark: boolean): string {
  return texts.reduce((best, text) => (contrast(text, ground, dark) > contrast(best, ground, dark) ? text : best));
}
