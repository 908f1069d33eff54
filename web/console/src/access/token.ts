import { useEffect, useState } from "react";

/** The one-time token behind the `#` of a link. It is read once and taken out of the address line and the history. */
export function useLinkToken(): string {
  const [token] = useState(() => new URLSearchParams(location.hash.slice(1)).get("token") ?? "");
  useEffect(() => {
    if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  }, []);
  return token;
}
