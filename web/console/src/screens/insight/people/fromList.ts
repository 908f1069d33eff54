import { answered, api, type Schema } from "@siyu/api";

import type { LoadPeople } from "./PeopleDrawer";

/** Parameters of the customers list, as an address has them. */
export type ListParameters = Readonly<Record<string, string>>;

/** The parameters as an export takes them: without the order, numbers as numbers. */
export function wantedOf(parameters: ListParameters): Schema<"Wanted"> {
  const { sort: _, order: __, ...filters } = parameters;
  return Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, typed(value)]));
}

function typed(value: string): string | number | boolean {
  if (value === "true" || value === "false") return value === "true";
  return /^-?\d+$/.test(value) ? Number(value) : value;
}

/** People that the customers list knows by its filters. */
export function fromList(parameters: ListParameters): LoadPeople {
  return async (cursor, signal) => {
    const query = { ...parameters, cursor } as { cursor?: string };
    const { customers, next, total, total_exact } = await answered(api.GET("/api/v1/customers", { signal, params: { query } }));
    return { customers, next, total: total_exact ? total : null, asked: { wanted: wantedOf(parameters) } };
  };
}
