const told = (name: string): string => document.querySelector(`meta[name="siyu-${name}"]`)?.getAttribute("content") ?? "";

/** Whose pages these are, as the server wrote it into the page. */
export const brand = { name: told("brand"), logo: told("logo"), zone: told("zone") || "Asia/Shanghai" };
