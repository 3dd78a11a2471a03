// Writes instructions for the steps of a route with osrm-text-instructions, whose modules are CommonJS.
const code = await (await fetch("/peers/osrm-text-instructions.js")).text();
const languages = ["de", "en", "zh-Hans"];
const read = await Promise.all(languages.map(async (name) => [name, await (await fetch(`/peers/osrm-text-${name}.json`)).json()]));
const given = { supportedCodes: languages, instructions: Object.fromEntries(read), grammars: {}, abbreviations: {} };
const module = { exports: {} };
new Function("module", "require", code)(module, () => given);
const compiler = module.exports("v5");

window.written = (language, steps) => steps.map((step) => compiler.compile(language, step, { legIndex: 0, legCount: 1 }));
