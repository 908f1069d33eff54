import { answered, api, type Schema } from "@siyu/api";

export type Who = Schema<"ContactIs">;

const AT_ONCE = 500;

/** Who these contacts are, by their id; nobody for those who may not see customers. */
export async function whoAre(account: number, ids: readonly string[], may: (right: string) => boolean, signal?: AbortSignal): Promise<ReadonlyMap<string, Who>> {
  const wanted = [...new Set(ids)].slice(0, AT_ONCE);
  if (wanted.length === 0 || !may("customers.read")) return new Map();
  const found = await answered(api.POST("/api/v1/channels/accounts/{account_id}/contacts/who", { signal, params: { path: { account_id: account } }, body: { contact_ids: wanted } }));
  return new Map(found.map((one) => [one.contact_id, one]));
}

/** Rows with who they speak of. */
export async function withWho<Row>(account: number, rows: readonly Row[], idOf: (row: Row) => string, may: (right: string) => boolean, signal?: AbortSignal): Promise<(Row & { who: Who | undefined })[]> {
  const who = await whoAre(account, rows.map(idOf), may, signal);
  return rows.map((row) => ({ ...row, who: who.get(idOf(row)) }));
}

/** What somebody is called who is known; the platform's id of who is not. Pure. */
export function calledBy(who: Who | undefined, id: string): string {
  return who?.personal["name"] ?? who?.personal["nickname"] ?? who?.personal["phone"] ?? id;
}
