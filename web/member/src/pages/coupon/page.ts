import type { Page } from "../../app/pages";

export const page: Page = { path: "/coupons/:id", load: () => import("./CouponPage").then((found) => found.CouponPage) };
