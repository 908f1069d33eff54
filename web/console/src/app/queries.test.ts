// @vitest-environment node
import { ApiError } from "@siyu/api";
import { describe, expect, it } from "vitest";

import { makeQueryClient, ME, worthRetrying } from "./queries";

const error = (status: number, code = "X"): ApiError => new ApiError(status, code, "", "");

describe("worthRetrying", () => {
  it.each([
    [0, true],
    [502, true],
    [503, true],
    [500, false],
    [404, false],
    [403, false],
  ])("%i: %s", (status, again) => expect(worthRetrying(0, error(status))).toBe(again));

  it("stops in the end", () => expect(worthRetrying(2, error(503))).toBe(false));
});

describe("makeQueryClient", () => {
  it("notices that the session is over, whichever request says so", async () => {
    const client = makeQueryClient();
    client.setQueryData(ME, { name: "林" });
    const call = client.fetchQuery({ queryKey: ["x"], queryFn: () => Promise.reject(error(401, "NotSignedIn")) });
    await expect(call).rejects.toBeInstanceOf(ApiError);
    expect(client.getQueryData(ME)).toBeNull();
  });

  it("does not take a wrong password for it", async () => {
    const client = makeQueryClient();
    client.setQueryData(ME, { name: "林" });
    const call = client.fetchQuery({ queryKey: ["x"], queryFn: () => Promise.reject(error(401, "SignInFailed")) });
    await expect(call).rejects.toBeInstanceOf(ApiError);
    expect(client.getQueryData(ME)).toEqual({ name: "林" });
  });
});
