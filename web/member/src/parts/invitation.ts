/** Whose link somebody came by. It waits for the sign-in, which may lead over another site and back. */
const KEY = "siyu.invite";
const CODE = /^[A-Za-z0-9]{1,40}$/;

/** Keep the code of the address, if it has one; where nothing can be kept, the friend comes in without it. */
export function keepInvitation(search: string): void {
  const code = new URLSearchParams(search).get("invite") ?? "";
  if (!CODE.test(code)) return;
  try {
    sessionStorage.setItem(KEY, code);
  } catch {
    // Private windows of old engines refuse.
  }
}

/** The code that was kept, or nothing. */
export function invitation(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
