const { existsSync } = require("node:fs");
const { join } = require("node:path");

// The packages that carry Node 24 say `"os": "linux"`, a plain string where the format wants a list.
// pnpm drops that, and would then install every system's Node everywhere and link any one of them.
const readPackage = (pkg) => {
  if (/^node-(bin-)?(linux|darwin|win)-/.test(pkg.name)) {
    pkg.os = [pkg.os].flat();
    pkg.cpu = [pkg.cpu].flat();
  }
  return pkg;
};

// pnpm is silent here (pnpm-workspace.yaml), and the first install takes a while.
const preResolution = () => {
  if (!existsSync(join(__dirname, "node_modules", ".modules.yaml"))) {
    console.error("wsecho: installing dependencies; this first time takes about a minute …");
  }
};

module.exports = { hooks: { readPackage, preResolution } };
