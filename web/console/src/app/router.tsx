import { Loading } from "@siyu/kit";
import { createBrowserRouter, type RouteObject } from "react-router";

import { FirstOwner } from "../access/FirstOwner";
import { ResetPassword } from "../access/ResetPassword";
import { SignIn } from "../access/SignIn";
import { BrokenPage } from "./BrokenPage";
import { Guarded } from "./Guarded";
import { NotFound } from "./NotFound";
import { areas } from "./screens";
import { Shell } from "./Shell";
import { Start } from "./Start";

/** Every address of the console. */
export function routes(): RouteObject[] {
  const screens = areas.map((area) => ({
    path: area.name,
    element: <Guarded area={area} />,
    errorElement: <BrokenPage />,
    children: area.routes,
  }));
  return [
    {
      hydrateFallbackElement: <Loading full />,
      errorElement: <BrokenPage />,
      children: [
        { path: "/sign-in", element: <SignIn /> },
        { path: "/first-owner", element: <FirstOwner /> },
        { path: "/reset", element: <ResetPassword /> },
        {
          path: "/",
          element: <Shell />,
          children: [{ index: true, element: <Start /> }, ...screens, { path: "*", element: <NotFound /> }],
        },
      ],
    },
  ];
}

export function makeRouter() {
  return createBrowserRouter(routes());
}
