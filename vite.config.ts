import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The API under `npm run dev`, where only the page comes from Vite. */
const apiServer = "http://localhost:8000";
const apiPaths = ["/userapi", "/taskapi", "/healthz", "/readyz", "/info", "/openapi.json", "/docs"];

/** Writes a `.gz` and a `.br` beside each text file once, so that the server need not compress at every request. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    writeBundle(options, bundle) {
      for (const name of Object.keys(bundle).filter((file) => /\.(js|css|html)$/.test(file))) {
        const file = join(options.dir ?? "", name);
        const content = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(content));
      }
    },
  };
}

export default defineConfig({
  root: "src/web",
  plugins: [react(), precompress()],
  server: { proxy: Object.fromEntries(apiPaths.map((path) => [path, { target: apiServer }])) },
  build: {
    outDir: "../../dist/web",
    emptyOutDir: true,
    target: "es2022",
    // Inlined assets would need data: in more directives of the content security policy.
    assetsInlineLimit: 0,
  },
});
