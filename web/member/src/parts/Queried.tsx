import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { Failed } from "./Failed";
import { Waiting } from "./Waiting";

/** What was asked for: on its way, not there, or shown. What is there stays while it is asked for again. */
export function Queried<Data>({ of, heights, children }: { of: UseQueryResult<Data>; heights?: number[]; children: (data: Data) => ReactNode }) {
  if (of.data !== undefined) {
    return (
      <>
        {of.isError && <Failed problem={of.error} again={of.refetch} />}
        {children(of.data)}
      </>
    );
  }
  return of.isError ? <Failed problem={of.error} again={of.refetch} /> : <Waiting heights={heights} />;
}
