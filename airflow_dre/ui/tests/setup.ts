import "@testing-library/jest-dom/vitest";

import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(cleanup);

// happy-dom lays nothing out: give charts a width.
Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, value: 800 });
globalThis.ResizeObserver = class {
  constructor(private readonly tell: ResizeObserverCallback) {}
  observe(target: Element): void {
    const entry = { target, contentRect: { width: 800, height: 240 } } as unknown as ResizeObserverEntry;
    this.tell([entry], this as unknown as ResizeObserver);
  }
  unobserve(): void {}
  disconnect(): void {}
};
