import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

// Where `npm run dev` finds a running Siyu; `SIYU_URL=http://localhost:8021 npm run dev` takes another.
const siyu = process.env["SIYU_URL"] ?? "http://localhost:8020";

/** `SIYU_AREAS=customers,review npm run dev` leaves the other areas out, say because somebody is half-way through one. */
function someAreas(): Plugin {
  const chosen = process.env["SIYU_AREAS"]?.split(",");
  return {
    name: "siyu-some-areas",
    enforce: "pre",
    transform: {
      filter: { id: /\/app\/screens\.ts$/ },
      handler: (code) => chosen && code.replace("../screens/*/", `../screens/{${chosen.join(",")},none}/`),
    },
  };
}

export default defineConfig({
  plugins: [someAreas(), react()],
  build: {
    outDir: process.env["SIYU_WEB_OUT"] ?? "dist",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    // antd comes in one piece; what counts is the size packed, which tests/unit/test_web_build.py holds.
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
    // A font or picture inside of a script could not be cached alone, and the policy would have to allow `data:`.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: Object.fromEntries(["/api", "/v1", "/health", "/docs", "/openapi.json"].map((path) => [path, siyu])),
  },
});
