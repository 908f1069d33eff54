import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Where `npm run dev:member` finds a running Siyu; `SIYU_URL=http://localhost:8021` takes another.
const siyu = process.env["SIYU_URL"] ?? "http://localhost:8020";

export default defineConfig({
  plugins: [react()],
  base: "/m/",
  build: {
    outDir: process.env["SIYU_WEB_OUT"] ?? "dist",
    emptyOutDir: true,
    // The browser within WeChat is older than it looks. tests/unit/test_web_build.py holds it.
    target: "es2018",
    cssTarget: "chrome64",
    sourcemap: false,
    reportCompressedSize: false,
    assetsInlineLimit: 0,
  },
  server: {
    proxy: Object.fromEntries(["/member", "/wechat", "/m/logo"].map((path) => [path, siyu])),
  },
});
