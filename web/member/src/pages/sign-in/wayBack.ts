/** Where somebody wanted to go before they had to sign in: a page of ours, never another site. */
export function wayBack(next: string | null): string {
  return next && /^\/(?!\/)[\w\-/?=&.%]*$/.test(next) && !next.startsWith("/sign-in") ? next : "/";
}
