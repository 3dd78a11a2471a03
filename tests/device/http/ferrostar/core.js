// Ferrostar's core is WebAssembly that a bundler would join with its glue; here it is joined by hand.
import * as glue from "/peers/ferrostar_bg.js";

const { instance } = await WebAssembly.instantiateStreaming(fetch("/peers/ferrostar_bg.wasm"), { "./ferrostar_bg.js": glue });
glue.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();
export * from "/peers/ferrostar_bg.js";
