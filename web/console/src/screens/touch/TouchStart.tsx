import { Navigate } from "react-router";

import { useMay } from "../../app/session";
import { Touches } from "./Touches";

/** The first page of the area that the person may see. */
export function TouchStart() {
  return useMay()("touch.read") ? <Touches /> : <Navigate to="/touch/tasks" replace />;
}
