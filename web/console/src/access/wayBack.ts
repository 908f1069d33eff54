/** The address to go to after the sign-in: one of ours, never another site's, never the sign-in itself. */
export function wayBack(to: string | null): string {
  if (!to || !to.startsWith("/")) return "/";
  const url = new URL(to, location.origin);
  if (url.origin !== location.origin || url.pathname === "/sign-in") return "/";
  return url.pathname + url.search;
}
