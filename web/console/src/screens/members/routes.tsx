import { CrownOutlined } from "@ant-design/icons";
import { Navigate } from "react-router";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "members",
  icon: <CrownOutlined />,
  rights: ["ledger.read", "rewards.read", "draws.read", "payments.read"],
  routes: [
    { index: true, element: <Navigate to="/members/earning" replace /> },
    { path: "earning", lazy: () => import("./rules/EarningPage").then((m) => ({ Component: m.EarningPage })) },
    { path: "tiers", lazy: () => import("./rules/TiersPage").then((m) => ({ Component: m.TiersPage })) },
    { path: "tasks", lazy: () => import("./rules/TasksPage").then((m) => ({ Component: m.TasksPage })) },
    { path: "check-in", lazy: () => import("./rules/CheckInPage").then((m) => ({ Component: m.CheckInPage })) },
    { path: "coupons", lazy: () => import("../rewards/coupons/TemplateList").then((m) => ({ Component: m.TemplateList })) },
    { path: "coupons/new", lazy: () => import("../rewards/coupons/TemplateNew").then((m) => ({ Component: m.TemplateNew })) },
    { path: "coupons/desk", lazy: () => import("../rewards/coupons/Desk").then((m) => ({ Component: m.Desk })) },
    { path: "coupons/:id", lazy: () => import("../rewards/coupons/TemplatePage").then((m) => ({ Component: m.TemplatePage })) },
    { path: "shop", lazy: () => import("../rewards/shop/OfferList").then((m) => ({ Component: m.OfferList })) },
    { path: "shop/new", lazy: () => import("../rewards/shop/OfferNew").then((m) => ({ Component: m.OfferNew })) },
    { path: "shop/:id", lazy: () => import("../rewards/shop/OfferPage").then((m) => ({ Component: m.OfferPage })) },
    { path: "redemptions", lazy: () => import("../rewards/shop/Redemptions").then((m) => ({ Component: m.Redemptions })) },
    { path: "draws", lazy: () => import("../draws/RoundList").then((m) => ({ Component: m.RoundList })) },
    { path: "draws/rules", lazy: () => import("../draws/rules/RulesPage").then((m) => ({ Component: m.RulesPage })) },
    { path: "draws/:id", lazy: () => import("../draws/RoundPage").then((m) => ({ Component: m.RoundPage })) },
    { path: "economy", lazy: () => import("../rewards/economy/EconomyPage").then((m) => ({ Component: m.EconomyPage })) },
    { path: "payments", lazy: () => import("../payments/Payments").then((m) => ({ Component: m.Payments })) },
    { path: "transfers", lazy: () => import("../payments/Transfers").then((m) => ({ Component: m.Transfers })) },
    { path: "ledger", lazy: () => import("./ledger/LedgerPage").then((m) => ({ Component: m.LedgerPage })) },
    { path: "approvals", lazy: () => import("./ledger/Approvals").then((m) => ({ Component: m.Approvals })) },
  ],
  entries: [
    { path: "/members/earning", label: "members:earning.title", right: "ledger.read" },
    { path: "/members/tiers", label: "members:tiers.title", right: "ledger.read" },
    { path: "/members/tasks", label: "members:tasks.title", right: "ledger.read" },
    { path: "/members/check-in", label: "members:checkIn.title", right: "ledger.read" },
    { path: "/members/coupons", label: "rewards:coupon.title", right: "rewards.read" },
    { path: "/members/shop", label: "rewards:offer.title", right: "rewards.read" },
    { path: "/members/redemptions", label: "rewards:redemption.title", right: "rewards.read" },
    { path: "/members/draws", label: "draws:title", right: "draws.read" },
    { path: "/members/economy", label: "rewards:economy.title", right: "rewards.read" },
    { path: "/members/payments", label: "payments:title", right: "payments.read" },
    { path: "/members/transfers", label: "payments:transfers", right: "payments.read" },
    { path: "/members/ledger", label: "members:ledger.title", right: "ledger.read" },
    { path: "/members/approvals", label: "members:byHand.title", right: "ledger.read" },
  ],
};
