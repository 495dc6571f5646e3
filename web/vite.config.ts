import { defineConfig } from 'vite';
import { backendPorts } from '../contract/services/backend-ports.ts';
import { webSocketPrefix } from '../contract/services/backend.ts';
import { pagePorts } from '../contract/services/page.ts';

const backend = `http://localhost:${backendPorts.http.containerPort}`;

/** `vite web` serves the page with hot reload in front of a running backend; `vite build web` makes build/web. */
export default defineConfig({
  base: '/',
  server: {
    port: pagePorts.http.containerPort,
    strictPort: true,
    proxy: { [webSocketPrefix]: { target: backend, ws: true }, '/api': backend },
  },
  build: {
    outDir: '../build/web',
    emptyOutDir: true,
    // The backend's Content-Security-Policy admits files of its own origin only: nothing may become a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
