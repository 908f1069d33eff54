interface Bounds {
  least: number | null;
  most: number | null;
}

/** How a range is said: which sentence, and its bounds. A least of 0 says nothing, because nothing here is below. */
export function rangeOf({ least, most }: Bounds): { key: "any" | "most" | "least" | "between"; least?: number; most?: number } {
  const from = least !== null && least > 0 ? { least } : {};
  const to = most !== null ? { most } : {};
  const key = "least" in from ? ("most" in to ? "between" : "least") : "most" in to ? "most" : "any";
  return { key, ...from, ...to };
}
