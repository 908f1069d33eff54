import { createContext, useContext } from "react";

/** What the kit needs to know of the brand and of who looks. */
export interface Brand {
  name: string;
  /** IANA name; every time is printed in it. */
  zone: string;
  /** ISO 4217; money is integer hundredths of it. */
  currency: string;
  /** Whose saved views and columns these are. */
  viewer: string;
}

export const BrandContext = createContext<Brand>({ name: "", zone: "Asia/Shanghai", currency: "CNY", viewer: "" });

export function useBrand(): Brand {
  return useContext(BrandContext);
}
