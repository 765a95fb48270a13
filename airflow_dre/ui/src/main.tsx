import { lazy, Suspense } from "react";

import { Boundary } from "./shared/Boundary";
import type { HostProps } from "./Pages";

const Pages = lazy(() => import("./Pages"));

/** Airflow looks the component up by the name of the app, and takes plain functions only. */
function Reliability(props: HostProps) {
  return (
    <Boundary>
      <Suspense fallback={null}>
        <Pages {...props} />
      </Suspense>
    </Boundary>
  );
}

Reflect.set(globalThis, "Reliability", Reliability);
