import { answered, api } from "@siyu/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";

import { SIGNED_IN } from "../../app/queries";
import { Failed } from "../../parts/Failed";
import { invitation } from "../../parts/invitation";
import { Waiting } from "../../parts/Waiting";

/** A mini program hands its token over behind `#token=`; an official account has left a cookie. */
export function Enter() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const begun = useRef(false);
  const { mutate, error } = useMutation({
    retry: false,
    mutationFn: (token: string) => answered(api.POST("/member/v1/sign-in/platform", { body: { token, invite: invitation() } })),
    onSuccess: async () => {
      client.clear();
      client.setQueryData(SIGNED_IN, true);
      await navigate("/", { replace: true });
    },
  });
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
    history.replaceState(null, "", location.pathname); // it is in no address that somebody shares
    mutate(token);
  }, [mutate]);
  return error ? <Failed problem={error} again={() => navigate("/sign-in", { replace: true })} /> : <Waiting />;
}
