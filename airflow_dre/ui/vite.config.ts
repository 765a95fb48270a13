import { defineConfig } from "vitest/config";

import { hostGlobals } from "./vite/host-globals.ts";

export default defineConfig(({ command }) => ({
  // Chunks resolve against main.js, so the plugin works below any [api] base_url.
  base: "./",
  // Tests run against the real packages; only the bundle takes them from Airflow.
  plugins: command === "build" ? [hostGlobals()] : [],
  define: command === "build" ? { "process.env.NODE_ENV": '"production"' } : {},
  oxc: { jsx: { runtime: "automatic" } },
  build: {
    outDir: "dist",
    assetsDir: "chunks",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    target: "es2022",
    rolldownOptions: {
      // Application mode: library mode neither minifies whitespace in ES output nor splits as we want.
      input: "src/main.tsx",
      // "use client" speaks to server rendering, which there is none of.
      checks: { moduleLevelDirective: false },
      output: {
        entryFileNames: "main.js",
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: "chunks/[name]-[hash][extname]",
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
    // One module graph a worker: importing Chakra once a file took most of the time.
    isolate: false,
    testTimeout: 15_000,
  },
}));
