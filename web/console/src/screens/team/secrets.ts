/** A password that nobody knows, not even who made it. */
export function unguessable(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Where a member sets a password; what is behind the `#` never reaches a server's log. */
export function linkOf(origin: string, token: string): string {
  return `${origin}/reset#token=${encodeURIComponent(token)}`;
}
