import { answered, api } from "@siyu/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { SIGNED_IN } from "../../app/queries";
import { Queried } from "../../parts/Queried";
import { Consents } from "./Consents";
import { Own } from "./Own";
import { Profile } from "./Profile";

export function Mine() {
  const { t } = useTranslation();
  const data = useQuery({ queryKey: ["data"], queryFn: () => answered(api.GET("/member/v1/data")) });
  return (
    <>
      <h1 className="hidden">{t("mine.title")}</h1>
      <Queried of={data} heights={[330, 420, 200]}>
        {(found) => (
          <>
            <Profile profile={found.profile} />
            <Consents consents={found.consents} />
            <Own deletion={found.deletion} />
            <SignOut />
          </>
        )}
      </Queried>
    </>
  );
}

function SignOut() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: () => answered(api.POST("/member/v1/sign-out")),
    onSuccess: async () => {
      client.clear();
      client.setQueryData(SIGNED_IN, false);
      await navigate("/sign-in", { replace: true });
    },
  });
  return (
    <Button block loading={leave.isPending} onClick={() => leave.mutate()}>
      {t("mine.signOut")}
    </Button>
  );
}
