import { Navigate } from "react-router";

import { useMay } from "../../app/session";

/** The first page of the area that the person may see. */
export function TeamStart() {
  const may = useMay();
  const page = may("operators.manage") ? "members" : may("keys.manage") ? "keys" : "audit";
  return <Navigate to={`/team/${page}`} replace />;
}
