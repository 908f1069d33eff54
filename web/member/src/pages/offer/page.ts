import type { Page } from "../../app/pages";

export const page: Page = { path: "/rewards/:id", load: () => import("./OfferPage").then((found) => found.OfferPage) };
