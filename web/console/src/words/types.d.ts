import "i18next";

import type * as zh from "./zh";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "shell";
    resources: typeof zh;
  }
}
