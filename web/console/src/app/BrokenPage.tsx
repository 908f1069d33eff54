import { Broken } from "@siyu/kit";
import { isRouteErrorResponse, useRouteError } from "react-router";

import { NotFound } from "./NotFound";

/** What a screen that threw leaves behind; the frame around it goes on. */
export function BrokenPage() {
  const problem = useRouteError();
  if (isRouteErrorResponse(problem) && problem.status === 404) return <NotFound />;
  return <Broken problem={problem} />;
}
