import type { Plugin } from "vite";

/** The packages that Airflow publishes to its plugins, and the global name of each. */
export const HOST_GLOBALS: Readonly<Record<string, string>> = {
  react: "React",
  "react-dom": "ReactDOM",
  "react/jsx-runtime": "ReactJSXRuntime",
  "react-router-dom": "ReactRouterDOM",
  "@chakra-ui/react": "ChakraUI",
  "@emotion/react": "EmotionReact",
};

const PREFIX = "\0host:";
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

async function exportsOf(name: string): Promise<string[]> {
  const module = (await import(name)) as Record<string, unknown>;
  const inner = module.default;
  const names = new Set([...Object.keys(module), ...(typeof inner === "object" && inner !== null ? Object.keys(inner) : [])]);
  return [...names].filter((key) => IDENTIFIER.test(key) && key !== "default").sort();
}

/**
 * Resolves the shared packages to what Airflow puts on globalThis, and writes the names that the bundle really uses to
 * host-contract.json. The bundler's own `output.globals` covers UMD and IIFE only, and this bundle is an ES module.
 */
export function hostGlobals(): Plugin {
  const sources = new Map<string, string>();
  return {
    name: "host-globals",
    enforce: "pre",
    async buildStart() {
      // One after the other: concurrent import() of these packages crashes Node 20 now and then.
      for (const [name, global] of Object.entries(HOST_GLOBALS)) {
        const lines = (await exportsOf(name)).map((key) => `export const ${key} = /*@__PURE__*/ (() => host.${key})();`);
        sources.set(name, [`const host = globalThis.${global};`, "export default host;", ...lines].join("\n"));
      }
    },
    resolveId(source) {
      return source in HOST_GLOBALS ? PREFIX + source : null;
    },
    load(id) {
      return id.startsWith(PREFIX) ? sources.get(id.slice(PREFIX.length)) : null;
    },
    generateBundle(_options, bundle) {
      const used = new Map<string, Set<string>>();
      for (const output of Object.values(bundle)) {
        if (output.type !== "chunk") continue;
        for (const [id, module] of Object.entries(output.modules)) {
          if (!id.startsWith(PREFIX)) continue;
          const global = HOST_GLOBALS[id.slice(PREFIX.length)] ?? "";
          const names = used.get(global) ?? new Set<string>();
          for (const name of module.renderedExports) if (name !== "default") names.add(name);
          used.set(global, names);
        }
      }
      const contract = Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, names]) => [name, [...names].sort()]));
      this.emitFile({ type: "asset", fileName: "host-contract.json", source: `${JSON.stringify(contract, null, 2)}\n` });
    },
  };
}
