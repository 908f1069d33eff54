/** The API of Siyu as its OpenAPI describes it: types, one client, one kind of error. */
export { ApiError, answered, api } from "./client";
export type { components, paths } from "./schema";

import type { components } from "./schema";

/** A schema of the API by its name: `Schema<"Profile">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
