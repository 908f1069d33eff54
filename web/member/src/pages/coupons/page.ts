import type { Page } from "../../app/pages";

export const page: Page = { path: "/coupons", load: () => import("./Coupons").then((found) => found.Coupons) };
