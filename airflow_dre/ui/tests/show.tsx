import { ChakraProvider, defaultSystem } from "@chakra-ui/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter, useLocation } from "react-router-dom";
import { vi } from "vitest";

function Address() {
  const { pathname, search } = useLocation();
  return <output data-testid="address">{pathname + search}</output>;
}

/** Renders a page as Airflow does, at an address. */
export function show(page: ReactNode, address = "/plugin/reliability") {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <ChakraProvider value={defaultSystem}>
      <QueryClientProvider client={client}>
        <MemoryRouter initialEntries={[address]}>
          {page}
          <Address />
        </MemoryRouter>
      </QueryClientProvider>
    </ChakraProvider>,
  );
}

/** Answers every request of a test. */
export function serve(answer: (path: string, init?: RequestInit) => { status?: number; body: unknown }) {
  return vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const { status = 200, body } = answer(String(input), init);
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
}
