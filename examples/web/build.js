// Builds the page into a folder that any web server can serve: `node build.js [FOLDER [DEMO]]`.
// DEMO, if there is such a folder, is what the page begins with.

import { existsSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2] ?? join(here, "dist"));
const demo = resolve(process.argv[3] ?? join(here, "demo"));
const module = (...path) => join(here, "node_modules", ...path);

// The runtime with and without "relaxed SIMD"; LiteRT.js takes what the browser knows.
const RUNTIME = ["litert_wasm_internal", "litert_wasm_compat_internal"].flatMap((name) => [
  `${name}.js`,
  `${name}.wasm`,
]);
// The pose estimator for the camera, with its smallest model.
const POSE = [
  "pose.js",
  "pose_landmark_lite.tflite",
  "pose_solution_packed_assets.data",
  "pose_solution_packed_assets_loader.js",
  "pose_solution_simd_wasm_bin.data",
  "pose_solution_simd_wasm_bin.js",
  "pose_solution_simd_wasm_bin.wasm",
  "pose_solution_wasm_bin.js",
  "pose_solution_wasm_bin.wasm",
  "pose_web.binarypb",
];

await mkdir(folder, { recursive: true });
await build({
  entryPoints: [join(here, "src", "main.js")],
  outdir: folder,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  define: { DEMO: String(existsSync(demo)) },
  logLevel: "warning",
});
const copies = [
  [join(here, "index.html"), "index.html"],
  [join(here, "style.css"), "style.css"],
  ...RUNTIME.map((name) => [module("@litertjs", "core", "wasm", name), `litert/${name}`]),
  ...POSE.map((name) => [module("@mediapipe", "pose", name), `pose/${name}`]),
];
await Promise.all(copies.map(([from, to]) => cp(from, join(folder, to), { dereference: true })));
if (existsSync(demo)) await cp(demo, join(folder, "demo"), { recursive: true });
