import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { Suspense, lazy, useState, type ComponentType } from "react";
import { BrowserRouter, Navigate, Route, Routes, useLocation } from "react-router";

import { Frame } from "../parts/Frame";
import { NotFound } from "../parts/NotFound";
import { Waiting } from "../parts/Waiting";
import { pages, type Page } from "./pages";
import { SIGNED_IN, makeQueryClient } from "./queries";

/** Each page is a piece of its own, which comes when it is first gone to. */
const contents = pages.map((page) => ({ page, Content: lazy(() => page.load().then((found) => ({ default: found }))) }));

function Shown({ page, Content }: { page: Page; Content: ComponentType }) {
  const { pathname, search } = useLocation();
  const { data: signedIn } = useQuery({ queryKey: SIGNED_IN, queryFn: () => true, staleTime: Infinity });
  if (signedIn === false && !page.open) return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
  return (
    <Suspense fallback={<Waiting />}>
      <Content />
    </Suspense>
  );
}

export function App() {
  const [client] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={client}>
      <BrowserRouter basename="/m">
        <Frame>
          <Routes>
            {contents.map(({ page, Content }) => (
              <Route key={page.path} path={page.path} element={<Shown page={page} Content={Content} />} />
            ))}
            <Route path="*" element={<NotFound />} />
          </Routes>
        </Frame>
      </BrowserRouter>
    </QueryClientProvider>
  );
}
