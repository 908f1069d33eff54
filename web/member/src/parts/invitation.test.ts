import { beforeEach, describe, expect, it } from "vitest";

import { invitation, keepInvitation } from "./invitation";

describe("an invitation", () => {
  beforeEach(() => sessionStorage.clear());

  it("waits until the sign-in", () => {
    expect(invitation()).toBe("");
    keepInvitation("?invite=abcd234567&from=x");
    keepInvitation("?next=/points");
    expect(invitation()).toBe("abcd234567");
  });

  it("is nothing where the address says no code", () => {
    keepInvitation("?invite=<script>");
    keepInvitation("?invite=");
    expect(invitation()).toBe("");
  });
});
