/** How a row of the audit reads. Pure. */

/** `customer:12` → `["customer", "12"]`. */
export function partsOf(name: string): [kind: string, key: string] {
  const at = name.indexOf(":");
  return at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at + 1)];
}

/** Where the thing is that something was done to; `undefined` when it has no page. */
export function addressOf(target: string): string | undefined {
  const [kind, key] = partsOf(target);
  if (kind === "export") return "/customers?exports=open";
  if (!/^\d+$/.test(key)) return undefined;
  if (kind === "customer") return `/customers/${key}`;
  if (kind === "source") return `/sources/${key}`;
  if (kind === "channel") return `/channels/${key}`;
  if (kind === "import") return `/imports/${key}`;
  return undefined;
}

/** The details in one line: `file: orders.csv · format: jd_orders`; what is empty is left out. */
export function detailsOf(details: Record<string, unknown>, word: (key: string) => string): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => `${word(key)}: ${told(value)}`)
    .join(" · ");
}

function told(value: unknown): string {
  if (Array.isArray(value)) return value.map(told).join(", ");
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  return value === true ? "✓" : String(value);
}
